"""The status window: what is synced, what was done, what needs the user."""
