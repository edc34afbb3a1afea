"""Fixtures of the tests at EWS's double that need an emptied CRM."""

from __future__ import annotations

from tests.real.engine.conftest import running_sandbox, sandbox, sandbox_folder

__all__ = ["running_sandbox", "sandbox", "sandbox_folder"]
