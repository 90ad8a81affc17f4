"""The tables made at once are exactly those that the migrations make, on both databases."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager
from sqlalchemy import inspect, text

import ropeway.store
from ropeway.control.in_process import open_control
from ropeway.model.problems import RopewayError
from ropeway.store import queue_schema
from ropeway.store.database import Database
from ropeway.store.metadata import metadata
from ropeway.store.schema import HEAD, prepare

assert open_control
"""Imported with every table of the program."""


def migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(ropeway.store.__file__).parent / "migrations"))
    return config


def shape(database: Database) -> dict[str, Any]:
    """Tables, columns, keys and indexes as the database itself tells them, and what it keeps without row ids."""
    with database.read() as c:
        look = inspect(c)
        told: dict[str, Any] = {
            name: (
                [(col["name"], str(col["type"]), col["nullable"], col["default"]) for col in look.get_columns(name)],
                look.get_pk_constraint(name),
                sorted(_index(found) for found in look.get_indexes(name)),
                sorted(look.get_unique_constraints(name), key=lambda u: str(u["name"])),
            )
            for name in sorted(look.get_table_names())
            if name != "alembic_version"
        }
        if database.is_sqlite:
            sql = c.execute(text("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'")).scalars()
            told["without rowid"] = sorted(sql)
        return told


def _index(found: Any) -> str:
    options = {name: str(value) for name, value in found.pop("dialect_options", {}).items()}
    return f"{found.pop('name')} {sorted(found.items())} {sorted(options.items())}"


@pytest.fixture
def migrated(empty_database_url: str) -> Database:
    """A database that took every step."""
    database = Database(empty_database_url)
    config = migrations()
    with database.write() as c:
        config.attributes["connection"] = c
        command.upgrade(config, "head")
    return database


def test_tables_made_at_once_are_those_the_migrations_make(migrated: Database) -> None:
    step_by_step = shape(migrated)
    with migrated.write() as c:
        metadata.drop_all(c)
        c.execute(text("DROP TABLE alembic_version"))
    prepare(migrated)
    assert shape(migrated) == step_by_step
    migrated.close()


def test_alembic_finds_nothing_to_add_after_the_last_migration(migrated: Database) -> None:
    def is_ours(_: Any, name: str | None, *__: Any) -> bool:
        return not str(name).startswith(queue_schema.PREFIX)

    with migrated.read() as c:
        assert compare_metadata(MigrationContext.configure(c, opts={"include_object": is_ours}), metadata) == []
    migrated.close()


def test_the_queue_has_every_migration_of_its_own() -> None:
    steps = Path(SchemaManager.get_migrations_path()).glob("*.sql")
    assert max(step.name for step in steps) == queue_schema.NEWEST


def test_the_newest_migration_is_the_version_this_program_writes() -> None:
    assert ScriptDirectory.from_config(migrations()).get_current_head() == HEAD


def test_a_prepared_database_is_left_alone(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    prepare(database)
    before = shape(database)
    prepare(database)
    assert shape(database) == before
    database.close()


def test_a_state_of_a_newer_program_is_refused_with_both_versions(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    prepare(database)
    with database.write() as c:
        c.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RopewayError) as refused:
        prepare(database)
    assert refused.value.problem.code == "state-too-new"
    assert refused.value.problem.details == {"found": "9999", "known": HEAD}
    database.close()


DOORS = ("ropeway.control.upgrading", "ropeway.control.in_process", "ropeway.service.operating.backup.on_site")
"""What makes tables, each by commands that import nothing else."""


@pytest.mark.parametrize("door", DOORS)
def test_whoever_makes_tables_knows_all_of_them(door: str) -> None:
    program = f"import {door}\nfrom ropeway.store.metadata import metadata\nprint(*sorted(metadata.tables))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == sorted(metadata.tables)
