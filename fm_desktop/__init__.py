"""FM Desktop keeps a salesperson's mail and calendar in step with ForceManager, both ways."""

__version__ = "0.1.0"
