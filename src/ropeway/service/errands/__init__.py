"""Calls of Control that read a source or take long: handed to a worker, whose progress and answer come back."""
