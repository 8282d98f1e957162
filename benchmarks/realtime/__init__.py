"""The feed over real sockets: what it loses under faults, how fast it is, what it costs."""
