"""The pages of the status window, one a file."""
