"""ForceManager: the client of its API v4, its agenda as a port, its directory of addresses."""
