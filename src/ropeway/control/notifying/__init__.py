"""Telling people what happened to a job, by mail and webhook."""
