"""Implements the engine's State: tables, migrations, the few queries.

metadata   the set of tables
database   opening, read and write transactions
tables     the state's tables
state      the queries
schema     creating and upgrading the tables
"""
