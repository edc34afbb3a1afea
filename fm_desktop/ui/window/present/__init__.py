"""The engine's values as what a page shows: rows, sentences, choices. Pure; no Qt, tested without a window."""
