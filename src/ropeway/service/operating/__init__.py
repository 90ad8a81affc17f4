"""What keeps a service running and shows how it is: health, metrics, backup and restore.

    health.py      /healthz and /readyz, for load balancers and systemd
    metrics/       /metrics, for Prometheus
    observed.py    every request counted, timed, logged in one line, and part of a trace
    backup/        the state in one file, taken while everything runs, and put back

Logs and traces are in `ropeway.telemetry`, since agents have them too; `ropeway service status` is Control's.
"""
