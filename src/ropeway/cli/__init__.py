"""The command line: a thin shell around one Protocol, `ropeway.control.protocol.Control`.

start         the console script: closed streams, Ctrl-C while modules are read
main          starts a command, turns whatever happens into sentences and an exit code
arguments     global options anywhere on the line, no passwords on any
environment   the only reader of environment variables
exits         what the exit codes mean
session       global options of one call; opens Control
output        tables for people, JSON for programs
safe          text that cannot steer a terminal
progress      a line on stderr that counts
render/       records to lines and tables, pure
job, create, holds, follow, log, explain, objects, domains, lab    one command group each
reference     docs/commands.md, made from the help texts
"""
