"""Checks that always answer: what was looked at, what was found, and what to do where it is not as it should be.

finding    what a check says
checks     runs checks one after the other; one that crashes is a finding
network    the way to an HTTPS service: name, port, proxy, certificate, answer, clock
domain     the way to a domain: controllers, bind, rights
"""
