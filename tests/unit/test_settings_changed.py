"""Settings the window changes: checked like a file, and kept whole."""

import pytest

from fm_desktop.settings import changed, parse, save
from fm_desktop.settings_errors import SettingsError
from fm_desktop.sync.policy import Direction

SETUP = """
[crm]
url = "https://crm.example.com/api/v4"
public_key = "key"
user = "emma@example.com"
[provider]
address = "emma@example.com"
[sync]
calendars = ["Work"]
target_calendar = "Work"
"""


def test_changed_settings_keep_everything_else_and_survive_a_file(tmp_path):
    before = parse(SETUP)
    after = changed(before, {"sync": {"type": "calendar-to-crm", "interval_seconds": 300}})
    assert after.sync.type is Direction.TO_CRM
    assert after.sync.interval_seconds == 300
    assert after.sync.calendars == ("Work",)
    assert (after.crm, after.provider) == (before.crm, before.provider)
    path = tmp_path / "settings.toml"
    save(after, path)
    assert parse(path.read_text(encoding="utf-8")) == after
    assert changed(after, {"sync": {"target_calendar": None}}).sync.target_calendar is None


def test_a_value_that_is_not_possible_is_named_and_changes_nothing():
    before = parse(SETUP)
    with pytest.raises(SettingsError, match=r"\[sync\] interval_seconds = 1 is not possible"):
        changed(before, {"sync": {"interval_seconds": 1}})
    assert before.sync.interval_seconds == 120
