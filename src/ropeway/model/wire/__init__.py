"""What service and agents say to each other.

versions   which form of it both understand
calls      downwards: a method of a Source, with its arguments
frames     upwards: what a call brings, one piece after the other
parts      frames on their way: compressed, numbered, bounded
sessions   who an agent is: registration, challenge, session, heartbeat

Small bodies are JSON, so that they can be read with curl; calls and parts are msgpack. A field that the other side does
not know is skipped, so that fields may be added within a version.
"""
