"""Fakes of the port, as careful as the real adapters, for tests of the engine without a network."""
