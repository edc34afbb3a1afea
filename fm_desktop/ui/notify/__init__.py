"""Telling a person of new events (R25), by what the desktop offers for it."""
