"""A local ForceManager with a web page, for the demo and the tests. Shares no code with the program.

`server.SandboxServer` is the handle for tests and the demo.
"""
