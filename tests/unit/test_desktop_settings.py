"""Settings the window changes: checked like a file, kept whole, and the hours in which nobody is disturbed."""

from datetime import time

import pytest

from fm_desktop.settings import NotificationSettings, changed, parse, save
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
"""


@pytest.mark.parametrize(
    ("start", "end", "quiet", "loud"),
    [
        (time(22), time(7), [time(22), time(23, 59), time(0), time(6, 59)], [time(7), time(21, 59)]),
        (time(12), time(13), [time(12), time(12, 59)], [time(11, 59), time(13)]),
        (time(9), time(9), [], [time(9), time(0)]),
        (None, None, [], [time(3)]),
    ],
)
def test_quiet_hours_hold_over_midnight_too(start, end, quiet, loud):
    settings = NotificationSettings(quiet_from=start, quiet_until=end)
    assert all(settings.is_quiet(each) for each in quiet)
    assert not any(settings.is_quiet(each) for each in loud)


def test_quiet_hours_need_two_ends():
    with pytest.raises(SettingsError, match=r"\[notifications\]: quiet hours need both"):
        parse(SETUP + '[notifications]\nquiet_from = "22:00"\n')


def test_changed_settings_keep_everything_else_and_survive_a_file(tmp_path):
    before = parse(SETUP)
    after = changed(
        before,
        {
            "sync": {"type": "calendar-to-crm", "interval_seconds": 300},
            "notifications": {"quiet_from": time(22), "quiet_until": time(7, 30)},
            "desktop": {"language": "es"},
        },
    )
    assert after.sync.type is Direction.TO_CRM
    assert after.sync.calendars == ("Work",)
    assert after.crm == before.crm
    path = tmp_path / "settings.toml"
    save(after, path)
    assert parse(path.read_text(encoding="utf-8")) == after
    assert changed(after, {"desktop": {"language": None}}).desktop.language is None


def test_a_value_that_is_not_possible_is_named_and_changes_nothing():
    before = parse(SETUP)
    with pytest.raises(SettingsError, match=r"\[sync\] interval_seconds = 1 is not possible"):
        changed(before, {"sync": {"interval_seconds": 1}})
    assert before.sync.interval_seconds == 120
