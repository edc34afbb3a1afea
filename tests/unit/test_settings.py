"""The settings file: what is accepted, and how what is wrong reads to a person."""

import stat
from pathlib import Path

import pytest

from fm_desktop.paths import Paths, make_privately, write_privately
from fm_desktop.settings import Settings, SettingsError, load, parse, save
from fm_desktop.sync.control import Channel
from fm_desktop.sync.policy import Direction, PrivateEvents

LEAST = """
[crm]
url = "https://api.example.com/api/v4"
public_key = "pk"
user = "emma@example.com"
[provider]
address = "emma@example.com"
"""

WHOLE = """
[crm]
url = "http://127.0.0.1:8600/api/v4"
public_key = "pk"
user = "emma@example.com"
time_zone = "Europe/Madrid"
requests_per_second = 4
[provider]
address = "emma@example.com"
name = "gmail"
[provider.caldav]
url = "http://127.0.0.1:5232/"
user = "emma"
[provider.imap]
host = "127.0.0.1"
port = 1143
security = "none"
user = "emma"
[sync]
type = "calendar-to-crm"
channels = ["calendar"]
calendars = ["Work", "Home"]
target_calendar = "Work"
email_history_days = 10
calendar_history_days = 60
private_events = "full"
follow_edited_occurrences = true
ask_before_notifying = false
conflicts = "crm"
interval_seconds = 300
[email]
own_addresses = ["sales@example.com"]
never_log = ["ann@home.example", "lawyer.example"]
exclude_tag = "[private]"
log_internal = true
folders = ["INBOX"]
attachment_limit_mb = 5
"""


def with_line(table: str, line: str) -> str:
    """The least file with one more line in a table (made if it is not there)."""
    head = f"[{table}]"
    return LEAST.replace(head, f"{head}\n{line}") if head in LEAST else f"{LEAST}\n{head}\n{line}\n"


def refusal(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse(text)
    assert caught.value.next_step
    return str(caught.value)


def test_the_least_file_means_both_channels_both_ways_all_calendars():
    settings = parse(LEAST)
    assert settings.sync.type is Direction.BOTH
    assert settings.sync.channels == (Channel.EMAIL, Channel.CALENDAR)
    assert settings.sync.calendars is None
    assert settings.sync.private_events is PrivateEvents.BUSY
    assert settings.sync.ask_before_notifying
    assert settings.sync.interval_seconds == 120
    assert settings.crm.requests_per_second == 4


@pytest.mark.parametrize("name", ["bidirectional", "calendar-to-crm", "crm-to-calendar"])
def test_R01_the_user_chooses_the_type_of_synchronisation(name):
    assert parse(with_line("sync", f'type = "{name}"')).sync.type == name


@pytest.mark.parametrize("channels", [["email"], ["calendar"], ["email", "calendar"]])
def test_R02_the_user_chooses_email_calendar_or_both(channels):
    written = str(channels).replace("'", '"')
    assert [str(each) for each in parse(with_line("sync", f"channels = {written}")).sync.channels] == channels


def test_every_key_of_a_whole_file_is_taken_and_survives_saving(tmp_path):
    settings = parse(WHOLE)
    assert settings.provider.caldav is not None
    assert settings.provider.imap is not None
    assert settings.provider.imap.port == 1143
    save(settings, tmp_path / "settings.toml")
    assert load(tmp_path / "settings.toml") == settings


def test_saved_settings_are_for_the_owner_only_and_replace_the_old_file_in_one_step(tmp_path):
    path = tmp_path / "new" / "settings.toml"
    save(parse(WHOLE), path)
    save(parse(LEAST), path)
    assert load(path) == parse(LEAST)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["settings.toml"]


def test_a_disk_that_fails_while_saving_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "settings.toml"
    save(parse(LEAST), path)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fm_desktop.paths.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_privately(path, b"half")
    assert load(path) == parse(LEAST)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("table", "line", "sentence"),
    [
        ("sync", 'typ = "bidirectional"', "[sync] typ is no setting; did you mean type?"),
        ("sync", 'calender = ["Work"]', "[sync] calender is no setting; did you mean calendars?"),
        ("provider.caldav", 'url = "https://h/"\nuser = "e"\nusr = "e"', "[provider.caldav] usr is no setting"),
        ("sync", 'type = "both"', '[sync] type = "both" is not possible; choose'),
        ("sync", "channels = []", "[sync] channels"),
        ("sync", 'channels = ["fax"]', '[sync] channels = "fax" is not possible; choose'),
        ("sync", "interval_seconds = 1", "[sync] interval_seconds = 1 is not possible"),
        ("sync", "email_history_days = -1", "[sync] email_history_days = -1 is not possible"),
        ("sync", 'calendars = ["A"]\ntarget_calendar = "B"', 'target_calendar "B" has to be one of calendars'),
        ("crm", 'time_zone = "Europe/Madird"', '[crm] time_zone = "Europe/Madird" is no known time zone'),
        ("crm", "requests_per_second = 0", "[crm] requests_per_second = 0 is not possible"),
        ("provider.caldav", 'url = "h/cal"\nuser = "e"', '[provider.caldav] url = "h/cal" is no web address'),
        ("provider.caldav", 'url = "http://example.com/"\nuser = "e"', "would send secrets unencrypted"),
        ("provider.imap", 'host = "example.com"\nuser = "e"\nsecurity = "none"', "is accepted on this computer only"),
        ("provider.imap", 'host = "h"\nuser = "e"\nport = 70000', "[provider.imap] port = 70000 is not possible"),
        ("provider.imap", 'user = "e"', "[provider.imap] host is missing."),
        ("email", 'never_log = ["law yer"]', '[email] never_log = "law yer" is neither an e-mail address nor a domain'),
        ("email", 'own_addresses = ["emma"]', '[email] own_addresses = "emma" is no e-mail address'),
        ("email", "folders = []", "[email] folders"),
        ("email", "attachment_limit = 5", "did you mean attachment_limit_mb?"),
    ],
)
def test_what_is_wrong_is_told_with_key_value_and_a_way_out(table, line, sentence):
    assert sentence in refusal(with_line(table, line))


def test_everything_wrong_is_told_at_once():
    message = refusal(LEAST.replace("emma@example.com", "emma").replace('public_key = "pk"', "") + "\n[extra]\nx = 1")
    assert "[crm] public_key is missing." in message
    assert '[provider] address = "emma" is no e-mail address.' in message
    assert '"extra" is no setting' in message
    assert "validation error" not in message
    assert "pydantic" not in message


def test_a_missing_table_is_named():
    assert "[crm] is missing." in refusal('[provider]\naddress = "e@x.de"')


def test_a_table_of_the_wrong_shape_is_named():
    assert "[sync] cannot be read" in refusal("sync = 3\n" + LEAST)


@pytest.mark.parametrize(("table", "key"), [("crm", "private_key"), ("provider", "password")])
def test_a_secret_in_the_file_is_refused_without_being_repeated(table, key):
    message = refusal(with_line(table, f'{key} = "hunter2"'))
    assert "secrets are kept in the system's keychain" in message
    assert "hunter2" not in message


def test_a_password_inside_an_address_is_refused_without_being_repeated():
    message = refusal(LEAST.replace("https://api.example.com", "https://me:hunter2@api.example.com"))
    assert "do not belong into an address" in message
    assert "hunter2" not in message


def test_text_that_is_no_toml_is_told_with_its_place():
    assert "setup.toml is not valid TOML" in refusal("[crm\n")


def test_a_missing_file_is_told_by_name(tmp_path):
    with pytest.raises(SettingsError, match="There is no file"):
        load(tmp_path / "setup.toml")


def test_a_file_that_is_no_text_is_told(tmp_path):
    path = tmp_path / "setup.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        load(path)


def test_one_variable_puts_everything_under_one_folder(tmp_path):
    paths = Paths.of({"FM_DESKTOP_HOME": str(tmp_path / "home")})
    paths.make()
    for each in (paths.settings_file, paths.store_file, paths.cycle_lock, paths.log_file):
        assert tmp_path / "home" in each.parents
        assert stat.S_IMODE(each.parent.stat().st_mode) == 0o700


def test_without_the_variable_the_systems_own_places_are_used():
    paths = Paths.of({})
    assert "fm-desktop" in str(paths.settings_file)
    assert isinstance(paths.settings_file, Path)


def test_settings_cannot_be_changed_in_place():
    settings = parse(LEAST)
    assert isinstance(settings, Settings)
    with pytest.raises(Exception, match="frozen"):
        settings.crm.url = "https://other.example.com"


def test_folders_are_made_where_those_above_may_not_be_looked_at(tmp_path, monkeypatch):
    """As on a share, of which one may only traverse the upper folders."""
    is_dir = Path.is_dir

    def look(path: Path) -> bool:
        if path in tmp_path.parents:
            raise PermissionError(13, "Permission denied")
        return is_dir(path)

    monkeypatch.setattr(Path, "is_dir", look)
    made = tmp_path / "home" / "state"
    make_privately(made)
    make_privately(made)
    assert [each.stat().st_mode & 0o777 for each in (made.parent, made)] == [0o700, 0o700]
