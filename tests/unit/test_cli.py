"""The command line: what it understands, what it prints, and which code it ends with."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from fm_desktop import cli, printed, selfcheck, show
from fm_desktop.cli import commands
from fm_desktop.credentials import KeychainLocked, NotStored
from fm_desktop.errors import Busy, ExitCode, UsageError
from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Projection
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.port import Malformed, OutcomeUnknown, Refused, Side, SignInNeeded, Throttled, Unreachable
from fm_desktop.settings_errors import SettingsError
from fm_desktop.sync.calendars import UnknownCalendar
from fm_desktop.sync.control import Channel, Running, Standing
from fm_desktop.sync.cycle import outcome_of
from fm_desktop.sync.held import NothingHeld
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.report import Counts, Outcome, PlannedLine, Report
from fm_desktop.sync.status import Lately, Status, Trouble
from fm_desktop.sync.store import StoreError
from fm_desktop.sync.undo import CannotUndo

COMMANDS = [
    "setup", "sync", "status", "history", "problems", "held", "explain", "undo", "pause", "resume", "stop",
    "calendars", "doctor", "sandbox", "demo",
]  # fmt: skip


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A machine on which nothing was set up."""
    monkeypatch.setenv("FM_DESKTOP_HOME", str(tmp_path))
    return tmp_path


def fails_with(monkeypatch, error):
    def raising(_options):
        raise error

    monkeypatch.setattr(commands, "_profile", raising)


def test_without_a_screen_the_tray_application_says_what_to_do_instead(home, monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main(["--hidden"]) == 2
    told = capsys.readouterr().err
    assert "no screen" in told
    assert "fm-desktop sync" in told


def test_this_installation_is_complete(capsys):
    assert cli.main(["--self-check"]) == 0
    told = capsys.readouterr().out
    assert "fm_desktop.providers.caldav.provider  ok" in told
    assert "fm_desktop.ui.notify.dbus  ok" in told
    assert "keychain: " in told


def test_what_is_missing_in_an_installation_is_named(monkeypatch, capsys):
    monkeypatch.setattr(selfcheck, "_LIBRARIES", ("caldav.no_such_module",))
    monkeypatch.setattr(selfcheck, "_FILES", ("no-such-file.svg",))
    assert cli.main(["--self-check"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told] == ["caldav.no_such_module", "no-such-file.svg"]


def test_help_names_every_command_and_the_exit_codes(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert [name for name in COMMANDS if f"\n    {name}" not in told] == []
    assert "4 unreachable" in " ".join(told.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    assert f"fm-desktop {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["sing"],
        ["pause", "fax"],
        ["pause", "--minutes", "0"],
        ["pause", "--minutes", "soon"],
        ["undo"],
        ["undo", "x"],
        ["undo", "0"],
        ["undo", "9" * 30],
        ["problems", "retry", "0"],
        ["history", "--limit", "0"],
        ["history", "--limit", "-1"],
        ["history", "--limit", "9" * 30],
        ["stop", "--forget-credentials", "--keep-credentials"],
        ["held", "perhaps"],
    ],
)
def test_what_it_does_not_understand_ends_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["setup"], "wizard is not part of this version"),
        (["sync", "--json"], "add --once"),
        (["sync", "--dry-run"], "add --once"),
    ],
)
def test_what_makes_no_sense_is_told_and_ends_with_2(arguments, told, home, capsys):
    assert cli.main(arguments) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["status"], ["sync", "--once"], ["sync"], ["history"], ["held"], ["pause"], ["explain", "x"], ["calendars"]],
)
def test_before_it_is_set_up_every_command_says_how_to(arguments, home, capsys):
    assert cli.main(arguments) == 2
    told = capsys.readouterr().err
    assert "not set up yet" in told
    assert "fm-desktop setup --file" in told
    assert not list(home.rglob("*.sqlite3"))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("wrong", "mend it"), 2),
        (UsageError("wrong", "mend it"), 2),
        (UnknownCalendar("wrong"), 2),
        (CannotUndo("wrong"), 2),
        (NothingHeld("wrong"), 2),
        (Refused("wrong", "mend it"), 2),
        (SignInNeeded("wrong", "mend it"), 3),
        (NotStored("wrong", "mend it"), 3),
        (KeychainLocked("wrong", "mend it"), 3),
        (Unreachable("wrong", "mend it"), 4),
        (Throttled("wrong", 3.0), 4),
        (Malformed("wrong", "mend it"), 1),
        (StoreError("wrong"), 1),
        (Busy("wrong"), 1),
        (OSError(28, "No space left on device"), 1),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else str(each),
)
def test_every_foreseen_error_is_a_sentence_with_its_code(error, code, monkeypatch, capsys):
    fails_with(monkeypatch, error)
    assert cli.main(["status"]) == code
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert ("wrong" in told) or ("No space left" in told)
    if getattr(error, "next_step", ""):
        assert error.next_step in told


def test_an_error_nobody_foresaw_is_seen_whole(monkeypatch):
    fails_with(monkeypatch, KeyError("defect"))
    with pytest.raises(KeyError, match="defect"):
        cli.main(["status"])


def test_interrupting_it_is_no_defect(monkeypatch):
    fails_with(monkeypatch, KeyboardInterrupt())
    assert cli.main(["status"]) == ExitCode.INTERRUPTED


def test_the_sandbox_may_be_missing_from_an_installation(monkeypatch, capsys):
    def missing(name):
        raise ModuleNotFoundError("no", name="starlette")

    monkeypatch.setattr(commands, "import_module", missing)
    assert cli.main(["sandbox"]) == 2
    told = capsys.readouterr().err
    assert "starlette is missing" in told
    assert "fm-desktop[sandbox]" in told


# --- what is printed -------------------------------------------------------------------------------


def report(outcome=Outcome.DONE, **values) -> Report:
    given = {"crm": Counts(1, 2, 3), "provider": Counts(4, 5, 6), "requests": {Side.CRM: 7, Side.PROVIDER: 8}}
    return Report(outcome, **{**given, **values})


def test_a_cycle_as_json_is_the_object_of_the_design():
    assert json.loads(json.dumps(report(held=1, problems=2, seconds=1.5).as_json())) == {
        "state": "done",
        "crm": {"created": 1, "updated": 2, "deleted": 3},
        "provider": {"created": 4, "updated": 5, "deleted": 6},
        "emails_logged": 0,
        "held": 1,
        "problems": 2,
        "requests": {"crm": 7, "provider": 8},
        "seconds": 1.5,
    }


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (report(), 0),
        (report(Outcome.PAUSED), 0),
        (report(held=3), 0),
        (report(problems=1), 1),
        (report(Outcome.SIGN_IN, error=SignInNeeded("x")), 3),
        (report(Outcome.UNREACHABLE, error=Unreachable("x")), 4),
        (report(Outcome.THROTTLED, problems=1, error=Throttled("x")), 4),
        (report(Outcome.FAILED, error=Malformed("x")), 1),
        (report(Outcome.FAILED, error=Refused("x")), 1),
    ],
)
def test_the_code_of_a_cycle(given, code):
    assert printed.exit_code(given) == code


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (SignInNeeded("x"), Outcome.SIGN_IN),
        (Throttled("x"), Outcome.THROTTLED),
        (Unreachable("x"), Outcome.UNREACHABLE),
        (OutcomeUnknown("x"), Outcome.UNREACHABLE),
        (Malformed("x"), Outcome.FAILED),
        (Refused("x"), Outcome.FAILED),
    ],
)
def test_only_what_cannot_be_reached_is_called_so(error, outcome):
    assert outcome_of(error) is outcome
    assert "It is odd." in printed.cycle(report(outcome, error=Refused("It is odd.", "Ask.")))


def test_a_preview_as_json_lists_what_would_be_written_and_what_held():
    shown = Projection(Kind.EVENT, "Lunch", Span(Timed(datetime(2026, 11, 26, 9)), Timed(datetime(2026, 11, 26, 10))))
    lines = (
        PlannedLine(Side.CRM, Verb.CREATE, "Lunch", "it is new", shown),
        PlannedLine(Side.CRM, Verb.CREATE, "Fair", "it is new", replace(shown, span=day_span(date(2026, 11, 27)))),
        PlannedLine(Side.PROVIDER, Verb.DELETE, "Call", "it was deleted", None, held="too many deletions"),
    )
    given = report(plan=lines)
    assert "plan" not in given.as_json()
    told = json.loads(show.as_json(given.as_json(preview=True)))["plan"]
    assert told[0] == {
        "side": "crm",
        "verb": "create",
        "title": "Lunch",
        "date": "2026-11-26T09:00:00+00:00",
        "why": "it is new",
        "held": None,
    }
    assert [line["date"] for line in told[1:]] == ["2026-11-27", None]
    assert told[2]["held"] == "too many deletions"


@pytest.mark.parametrize(
    ("outcome", "error", "code"),
    [
        (Outcome.SIGN_IN, SignInNeeded("It is wrong.", "Mend it."), 3),
        (Outcome.UNREACHABLE, Unreachable("It is wrong.", "Mend it."), 4),
        (Outcome.FAILED, Malformed("It is wrong.", "Mend it."), 1),
    ],
)
def test_with_json_what_went_wrong_is_told_where_people_look(outcome, error, code, monkeypatch, capsys):
    class Failing:
        def __init__(self, _options):
            """As a profile is opened."""

        def sync_once(self, *, dry_run):
            return report(outcome, error=error)

    monkeypatch.setattr(commands, "_profile", Failing)
    assert cli.main(["sync", "--once", "--json"]) == code
    told = capsys.readouterr()
    assert json.loads(told.out)["state"] == outcome.value
    assert told.err == "fm-desktop: It is wrong.\nMend it.\n"


def test_a_cycle_is_told_in_a_table_and_in_words():
    text = printed.cycle(report(held=1, problems=2, error=Unreachable("It is away.", "Come back later.")))
    assert "ForceManager        1        2        3" in text
    assert "calendar            4        5        6" in text
    assert "1 write waits for your word: fm-desktop held" in text
    assert "2 problems: fm-desktop problems" in text
    assert "It is away." in text
    assert "Come back later." in text
    assert "15 requests" in text


def test_a_preview_says_what_would_be_written_and_what_held():
    lines = (
        PlannedLine(Side.CRM, Verb.CREATE, "Lunch", "it is new", None),
        PlannedLine(Side.PROVIDER, Verb.DELETE, "Call", "it was deleted", None, held="too many deletions"),
    )
    text = printed.plan(report(plan=lines))
    assert "Lunch" in text
    assert "too many deletions" in text
    assert "1 write in all, 1 held. Nothing was written." in text
    assert "in step" in printed.plan(report())


def test_how_channels_stand_is_told_in_words():
    until = datetime(2026, 1, 1, 12, tzinfo=UTC)
    text = printed.status(
        Status(
            (Standing(Channel.EMAIL, Running.RUNNING), Standing(Channel.CALENDAR, Running.PAUSED, until)),
            last_success=None,
            trouble=Trouble(until, "It is away.", "Come back later."),
            linked=3,
            held=0,
            problems=0,
            unknown=0,
            lately=(
                Lately(Channel.CALENDAR, None, Trouble(until, "The calendar is away.", "Never mind.")),
                Lately(Channel.EMAIL, until, Trouble(until, "It is away.", "Come back later.")),
            ),
        )
    )
    assert "email     syncing" in text
    assert "The calendar is away." not in text, "nobody waits for what is paused"
    assert f"calendar  paused until {until.astimezone():%Y-%m-%d %H:%M}" in text
    assert "last complete cycle    never" in text
    assert "could not be finished: It is away.\nCome back later." in text
