"""Everything an administrator can ask of a running Ropeway.

protocol      Control: the calls, and the records they answer with
in_process    Control on a database of one's own, without a service
"""
