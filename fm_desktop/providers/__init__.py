"""The mail and calendar services: what stands behind the port on the user's own side."""
