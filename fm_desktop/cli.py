"""The command `fm-desktop`: parse, call, print. What is done is in `fm_desktop.app` and below it."""

from __future__ import annotations

import argparse
import getpass
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fm_desktop import __version__, printed, show
from fm_desktop.errors import ExitCode, UsageError, explained

if TYPE_CHECKING:
    from fm_desktop.app import Profile
    from fm_desktop.credentials import Which

NO_WIZARD = "The wizard is not part of this version. Use: fm-desktop setup --file setup.toml"
CHANNELS = ("email", "calendar")
EVERY = "all"
_LARGEST_ID = 2**63 - 1  # of SQLite
_MOST_ENTRIES = 1_000_000

Options = argparse.Namespace


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 done, 1 done with problems or failed, 2 usage or settings,
    3 sign-in needed, 4 unreachable."""
    options = parser().parse_args(arguments)
    try:
        code = int(options.run(options))
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output (`| head`) has had enough; the rest must not go into the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception as error:  # noqa: BLE001 - one that nobody foresaw is raised again
        return told(error)


def told(error: Exception) -> int:
    """Prints what a person is to know about an error, and returns its exit code. Raises one that nobody foresaw."""
    known = explained(error)
    if known is None:
        raise error
    _complain(known.message, known.next_step)
    return known.exit_code


def _complain(message: str, next_step: str) -> None:
    print(f"fm-desktop: {message}", file=sys.stderr)
    if next_step:
        print(next_step, file=sys.stderr)


# --- commands --------------------------------------------------------------------------------------


def _profile() -> Profile:
    # Imported when a command needs it: `--help` should not wait for libraries of the network.
    from fm_desktop.app import Profile

    return Profile.open(os.environ)


def _print(options: Options, value: Any, text: str) -> int:
    print(show.as_json(value) if options.json else text)
    return ExitCode.DONE


def _window(options: Options) -> int:
    """The tray application, which is what the command does without a command of its own."""
    if options.self_check:
        return _self_check()
    from fm_desktop.ui.application import run

    return run(os.environ, hidden=options.hidden)


def _self_check() -> int:
    from fm_desktop.selfcheck import examine

    found = examine()
    missing = [each for each in found if each.missing]
    print("\n".join(f"{each.name}  {each.missing or 'ok'}" for each in missing or found))
    return ExitCode.PROBLEMS if missing else ExitCode.DONE


def _setup(options: Options) -> int:
    from fm_desktop.setup import set_up

    if options.file is None:
        raise UsageError(NO_WIZARD)
    found = set_up(os.environ, options.file, _ask_secret if sys.stdin.isatty() else None)
    return _print(options, found, printed.setup(found))


def _ask_secret(which: Which) -> str:
    return getpass.getpass(f"The {which.label} (not shown): ")


def _sync(options: Options) -> int:
    if not options.once:
        return _loop(options)
    outcome = _profile().sync_once(dry_run=options.dry_run)
    if options.json:
        print(show.as_json(outcome.as_json(preview=options.dry_run)))
        if outcome.error is not None:
            _complain(str(outcome.error), outcome.error.next_step)
    else:
        print(printed.plan(outcome) if options.dry_run else printed.cycle(outcome))
    return printed.exit_code(outcome)


def _loop(options: Options) -> int:
    if options.dry_run or options.json:
        raise UsageError("--dry-run and --json belong to a single cycle: add --once.")
    loop = _profile().loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.end())
    print("Syncing until it is stopped (Ctrl+C).", flush=True)
    finished = loop.run()
    print("Stopped.", flush=True)
    if not finished:
        # A thread still waits for an answer, and a normal exit would wait for that thread.
        os._exit(ExitCode.DONE)
    return ExitCode.DONE


def _status(options: Options) -> int:
    found = _profile().status()
    return _print(options, found, printed.status(found))


def _history(options: Options) -> int:
    found = _profile().history(options.limit, options.text)
    return _print(options, found, printed.history(found))


def _problems(options: Options) -> int:
    profile = _profile()
    if options.action == "retry":
        if options.id is None:
            raise UsageError("Which item? Add its number, as the list of problems shows it.")
        profile.retry(options.id)
    found = profile.problems()
    return _print(options, found, printed.problems(found))


def _held(options: Options) -> int:
    profile = _profile()
    if options.decision is None:
        found = profile.held()
        return _print(options, found, printed.held(found))
    decide = profile.approve if options.decision == "approve" else profile.keep
    number = decide(None if options.id == EVERY else _number(options.id))
    print(printed.decided(number, options.decision))
    return ExitCode.DONE


def _number(text: str) -> int:
    number = _within(text, _LARGEST_ID)
    if number is None:
        raise UsageError(f"“{text}” is no number of an entry; use one that the list shows, or {EVERY}.")
    return number


def _undo(options: Options) -> int:
    print(printed.undone(_profile().undo(options.id)))
    return ExitCode.DONE


def _pause(options: Options) -> int:
    return _steered(_profile().pause(options.channel, options.minutes))


def _resume(options: Options) -> int:
    return _steered(_profile().resume(options.channel))


def _stop(options: Options) -> int:
    profile = _profile()
    forget = options.forget
    if forget is None:
        forget = sys.stdin.isatty() and _says_no("Keep the sign-in data on this computer for later? [Y/n] ")
    return _steered(profile.stop(options.channel, forget_credentials=forget))


def _says_no(question: str) -> bool:
    return input(question).strip().lower() in {"n", "no"}


def _steered(found: Any) -> int:
    print(printed.standings(found))
    return ExitCode.DONE


def _calendars(options: Options) -> int:
    profile = _profile()
    if options.deselect is not None:
        if options.copies is None:
            raise UsageError(
                "What is to become of the copies in ForceManager?",
                "Add --copies keep to leave them there, or --copies remove to take them out.",
            )
        profile.deselect_calendar(options.deselect, remove_copies=options.copies == "remove")
    if options.select is not None:
        profile.select_calendar(options.select)
    if options.target is not None:
        profile.target_calendar(options.target)
    found = profile.calendars()
    return _print(options, found, printed.calendars(found))


def _explain(options: Options) -> int:
    found = _profile().explain(options.text)
    return _print(options, found, printed.explanations(found))


def _contacts(options: Options) -> int:
    profile = _profile()
    found = [(each, profile.letters(each, options.messages)) for each in profile.people(options.text, options.limit)]
    value = [{**show.plain(person), "messages": letters} for person, letters in found]
    return _print(options, value, printed.contacts(found))


def _compose(options: Options) -> int:
    import webbrowser

    links = _profile().mail_links(options.address)
    if options.print or not webbrowser.open(links.compose):
        print(links.compose)
    return ExitCode.DONE


def _mail(options: Options) -> int:
    if options.action == "include":
        print(printed.included(_profile().include_conversation(options.what)))
    else:
        print(printed.excluded(_profile().exclude_conversation(options.what)))
    return ExitCode.DONE


def _doctor(options: Options) -> int:
    from fm_desktop.doctor import Doctor

    doctor = Doctor(os.environ)
    found = doctor.examine()
    _print(options, found, printed.diagnosis(found))
    if options.bundle is not None:
        doctor.write_bundle(found, options.bundle)
        print(f"Written: {options.bundle} (secrets are taken out)", file=sys.stderr)
    return found.exit_code


def _sandbox(options: Options) -> int:
    data = [] if options.data is None else ["--data", str(options.data)]
    return int(_extra("fm_desktop.sandbox.__main__").main(["--port", str(options.port), *data]))


def _demo(options: Options) -> int:
    return int(_extra("fm_desktop.demo").run(options.folder, keep=options.keep))


def _extra(name: str) -> Any:
    """A module of the sandbox, whose libraries are not in every installation."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"The sandbox is not part of this installation ({error.name} is missing).",
            'It comes with the Python package only: pip install "fm-desktop[sandbox]"',
        ) from error


# --- parser ----------------------------------------------------------------------------------------


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="fm-desktop",
        description="Keeps your calendar in step with ForceManager, both ways.",
        epilog=(
            "Exit codes: 0 done, 1 done with problems or failed, 2 usage or settings, 3 sign-in needed, 4 unreachable."
        ),
    )
    top.add_argument("--version", action="version", version=f"FM Desktop {__version__}")
    top.add_argument("--hidden", action="store_true", help="start the tray application without opening its window")
    top.add_argument("--self-check", action="store_true", help="look whether this installation is complete")
    top.set_defaults(run=_window)
    commands = top.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, run: Callable[[Options], int], text: str, *, json: bool = False) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        if json:
            made.add_argument("--json", action="store_true", help="print JSON, for programs")
        return made

    _add_sync_commands(command)
    _add_looking_commands(command)
    _add_mail_commands(command)
    _add_steering_commands(command)
    _add_tool_commands(command)
    return top


Command = Callable[..., argparse.ArgumentParser]


def _add_sync_commands(command: Command) -> None:
    setup = command("setup", _setup, "sign in to both sides as a file says; writes nothing to either", json=True)
    setup.add_argument("--file", type=Path, metavar="FILE", help="the settings, see README")
    sync = command("sync", _sync, "keep both sides in step until stopped", json=True)
    sync.add_argument("--once", action="store_true", help="one cycle only")
    sync.add_argument("--dry-run", action="store_true", help="with --once: show what would be written, write nothing")


def _add_looking_commands(command: Command) -> None:
    command("status", _status, "how each channel stands, and the last cycle", json=True)
    history = command("history", _history, "what was done, and why", json=True)
    history.add_argument("--limit", type=_how_many, default=30, metavar="N", help="the newest N (default: %(default)s)")
    history.add_argument("text", nargs="?", default="", help="only items whose title holds this")
    problems = command("problems", _problems, "what needs you, with a next step each", json=True)
    problems.add_argument("action", nargs="?", choices=("retry",), help="try an item again that was put aside")
    problems.add_argument("id", nargs="?", type=_id, help="its number, as the list shows it")
    held = command("held", _held, "writes that wait for your word", json=True)
    held.add_argument("decision", nargs="?", choices=("approve", "keep"), help="do it, or leave things as they are")
    held.add_argument("id", nargs="?", default=EVERY, help=f"the number of the entry, or {EVERY} (default)")
    explain = command("explain", _explain, "why an item is, or is not, on the other side", json=True)
    explain.add_argument("text", help="a part of its title, or its id")


def _add_mail_commands(command: Command) -> None:
    contacts = command("contacts", _contacts, "your contacts and accounts, with their last messages", json=True)
    contacts.add_argument("text", nargs="?", default="", help="only those with this in name, company or address")
    contacts.add_argument("--limit", type=int, default=50, metavar="N", help="at most N of them (default: %(default)s)")
    contacts.add_argument("--messages", type=int, default=3, metavar="N", help="of each (default: %(default)s)")
    compose = command("compose", _compose, "write to an address, at your provider or in your mail program")
    compose.add_argument("address", type=_address)
    compose.add_argument("--print", action="store_true", help="print the link instead of opening it")
    mail = command("mail", _mail, "keep a conversation out of ForceManager, or log it again")
    mail.add_argument("action", choices=("exclude", "include"))
    mail.add_argument("what", help="a part of its subject, or the number of a message as “contacts” shows it")


def _address(text: str) -> str:
    if "@" not in text.strip("@"):
        raise argparse.ArgumentTypeError(f"{text!r} is no e-mail address")
    return text


def _add_steering_commands(command: Command) -> None:
    undo = command("undo", _undo, "take back one entry of the history; the next cycle carries it out")
    undo.add_argument("id", type=_id, metavar="ID")
    pause = command("pause", _pause, "pause a channel, or both; also of a running instance")
    pause.add_argument("channel", nargs="?", choices=CHANNELS)
    pause.add_argument("--minutes", type=_minutes, metavar="N", help="resume by itself after N minutes")
    resume = command("resume", _resume, "go on with what was paused or stopped")
    resume.add_argument("channel", nargs="?", choices=CHANNELS)
    stop = command("stop", _stop, "stop syncing a channel, or both; deletes nothing on either side")
    stop.add_argument("channel", nargs="?", choices=CHANNELS)
    what = stop.add_mutually_exclusive_group()
    what.add_argument("--forget-credentials", dest="forget", action="store_true", default=None)
    what.add_argument("--keep-credentials", dest="forget", action="store_false", default=None)
    calendars = command("calendars", _calendars, "your calendars, and which take part", json=True)
    calendars.add_argument("--select", metavar="NAME", help="let a calendar take part")
    calendars.add_argument("--deselect", metavar="NAME", help="let a calendar take no part any more")
    calendars.add_argument("--copies", choices=("keep", "remove"), help="with --deselect: its copies in ForceManager")
    calendars.add_argument("--target", metavar="NAME", help="where items made in ForceManager go")


def _add_tool_commands(command: Command) -> None:
    doctor = command("doctor", _doctor, "test every connection and say what it can do", json=True)
    doctor.add_argument("--bundle", type=Path, metavar="FILE", help="write a zip for support, without secrets")
    sandbox = command("sandbox", _sandbox, "a local ForceManager with a web page, to try things on")
    sandbox.add_argument("--port", type=int, default=8600, metavar="N", help="default: %(default)s; 0 for a free one")
    sandbox.add_argument("--data", type=Path, metavar="DIR", help="keep its records there; else they are temporary")
    demo = command("demo", _demo, "sandbox, sample data, set-up, syncs both ways, and a table of what went where")
    demo.add_argument("--keep", action="store_true", help="leave both servers running, in step, until Ctrl-C")
    demo.add_argument("--folder", type=Path, default=Path(".demo"), metavar="DIR", help="default: %(default)s")


def _id(text: str) -> int:
    return _known(_within(text, _LARGEST_ID), f"{text!r} is no number of an entry")


def _how_many(text: str) -> int:
    return _known(_within(text, _MOST_ENTRIES), f"{text!r} is no number from 1 to {_MOST_ENTRIES}")


def _minutes(text: str) -> int:
    return _known(_within(text, 60 * 24 * 365), f"{text!r} is no number of minutes above 0, up to a year")


def _within(text: str, largest: int) -> int | None:
    """A whole number from 1 to the largest, or None."""
    number = int(text) if text.isdecimal() and len(text) <= len(str(largest)) else 0
    return number if 1 <= number <= largest else None


def _known(number: int | None, otherwise: str) -> int:
    if number is None:
        raise argparse.ArgumentTypeError(otherwise)
    return number
