"""Telling people what happened to a job, by mail and webhook.

courier  takes messages from the outbox; places: who does not answer; sending: by SMTP and HTTPS; letter, settings
"""
