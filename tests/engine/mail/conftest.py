"""Fixtures of the tests of logging mail: a mailbox and a CRM in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.mail import MailWorld


@pytest.fixture
def world(tmp_path: Path) -> MailWorld:
    return MailWorld(tmp_path)
