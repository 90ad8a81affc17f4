"""The process beside the domain: it calls out, reads what it is asked for, and listens on nothing."""
