"""What agents talk to, and a Source that reads through them.

routes         the calls of agents
callers        who calls
membership     becoming an agent, staying one, and ending
downwards      calls on their way to agents
upwards        answers on their way from them
bodies         what they send: bounded, understood, or refused
certificates   requests for them, fingerprints, signatures
registering    who becomes an agent, and stays one
sessions       who is one: challenge, proof, session
channels       agents that wait for calls, by WebSocket or long poll
dispatcher     one thread that hands open calls to them, and keeps the house of calls
heartbeats     signs of life, written many at once
rooms          agents that are as far ahead of their reader as they may be
watches        the calls that stay: one for each job that polls
reading, source   the other end: a Source whose methods are calls
"""
