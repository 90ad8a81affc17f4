"""What service, workers and agents tell about themselves: logs and traces, tied together by the same ids.

    correlation.py  which request, job, cycle, call a line is about; carried by context, also into other processes
    logs.py         the one place that configures logging
    rendering.py    a line as JSON, or for people
    telling.py      both, for as long as a process lives
    tracing.py      spans for OpenTelemetry; without an endpoint they cost nothing

Nothing here is imported by the engine: it is handed `tracing.span` (`engine.work.Spans`).
"""
