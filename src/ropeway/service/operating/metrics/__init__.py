"""/metrics, for Prometheus.

    catalogue.py   every metric: its name, what it says, its labels
    figures.py     read from the database at each scrape, so that several service processes say the same
    requests.py    counted in this process, by `observed.py`
    endpoint.py    who may read it, and the text itself

docs/monitoring.md repeats the catalogue; a test compares.
"""
