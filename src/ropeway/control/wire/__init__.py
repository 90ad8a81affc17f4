"""Calls of Control as they travel between processes.

shape      what a call takes and answers, taken from Control's own signatures; arguments as an errand keeps them
sending    a call as a request
receiving  a request as the arguments of a call, checked strictly
secrets    arguments that are kept nowhere
strict     what types alone do not refuse
lines      an answer that is told line by line
"""
