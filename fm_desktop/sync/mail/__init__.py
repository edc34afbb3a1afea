"""Logging e-mail: what is matched (pure), what is remembered, and how it gets into ForceManager (effects)."""
