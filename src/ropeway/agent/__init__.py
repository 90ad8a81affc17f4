"""The process beside the domain: it calls the service, listens on nothing, and keeps the credentials to itself.

settings, files        agent.yaml; a folder whose secrets nobody else can read
identity               a key that never leaves it, and the certificate made for it
service, failures      HTTPS to the service, through a proxy or not, and what its errors mean
registering, sessions  becoming an agent; being one
channels, ways         calls come down by WebSocket or long poll; which of them, and how long a line may be idle
domains                a Source kept open for each domain
answering, outgoing    a call becomes a method of a Source, what it brings becomes parts that go up
watching               the call that stays and says "changed"
serving                calls in work, side by side
patience               growing waits
trace, levels          the agent's own log, and how much is in it
checking, collecting   what is looked at on its machine; what is sent to whoever helps
alone                  one process a folder
process                all of it, until SIGTERM
"""
