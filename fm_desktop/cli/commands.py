"""What each command does: ask the profile, and print what it says."""

from __future__ import annotations

import argparse
import getpass
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from fm_desktop import printed, show
from fm_desktop.cli.telling import complain
from fm_desktop.cli.values import LARGEST_ID, within
from fm_desktop.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from fm_desktop.app import Profile
    from fm_desktop.credentials import Which

NO_WIZARD = "The wizard is not part of this version. Use: fm-desktop setup --file setup.toml"
EVERY = "all"
_ABOUT_ALL = {"approve": "Do all of these? [y/N] ", "keep": "Leave all of these as they are? [y/N] "}

Options = argparse.Namespace


def _profile(options: Options) -> Profile:
    # Imported when a command needs it: `--help` should not wait for libraries of the network.
    from fm_desktop.app import Profile

    return Profile.open(options.environment)


def _print(options: Options, value: Any, text: str) -> int:
    print(show.as_json(value) if options.json else text)
    return ExitCode.DONE


def window(options: Options) -> int:
    """The tray application, which is what the command does without a command of its own."""
    if options.self_check:
        return _self_check()
    from fm_desktop.ui.application import run

    return run(options.environment, hidden=options.hidden)


def _self_check() -> int:
    from fm_desktop.selfcheck import examine

    found = examine()
    missing = [each for each in found if each.missing]
    print("\n".join(f"{each.name}  {each.missing or 'ok'}" for each in missing or found))
    return ExitCode.PROBLEMS if missing else ExitCode.DONE


def setup(options: Options) -> int:
    from fm_desktop.setup import set_up

    if options.file is None:
        raise UsageError(NO_WIZARD)
    somebody = sys.stdin.isatty()
    found = set_up(
        options.environment, options.file, _ask_secret if somebody else None, _show_page if somebody else None
    )
    return _print(options, found, printed.setup(found))


def _show_page(address: str) -> None:
    import webbrowser

    print(f"Sign in with your browser on this page, which should open by itself:\n{address}", file=sys.stderr)
    webbrowser.open(address)


def _ask_secret(which: Which) -> str:
    return getpass.getpass(f"The {which.label} (not shown): ")


def sync(options: Options) -> int:
    if not options.once:
        return _loop(options)
    outcome = _profile(options).sync_once(dry_run=options.dry_run)
    if options.json:
        print(show.as_json(outcome.as_json(preview=options.dry_run)))
        if outcome.error is not None:
            complain(str(outcome.error), outcome.error.next_step)
    else:
        print(printed.plan(outcome) if options.dry_run else printed.cycle(outcome))
    return printed.exit_code(outcome)


def _loop(options: Options) -> int:
    if options.dry_run or options.json:
        raise UsageError("--dry-run and --json belong to a single cycle: add --once.")
    loop = _profile(options).loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.end())
    print("Syncing until it is stopped (Ctrl+C).", flush=True)
    finished = loop.run()
    print("Stopped.", flush=True)
    if not finished:
        # A thread still waits for an answer, and a normal exit would wait for that thread.
        os._exit(ExitCode.DONE)
    return ExitCode.DONE


def status(options: Options) -> int:
    found = _profile(options).status()
    return _print(options, found, printed.status(found))


def history(options: Options) -> int:
    found = _profile(options).history(options.limit, options.text)
    return _print(options, found, printed.history(found))


def problems(options: Options) -> int:
    profile = _profile(options)
    if options.action == "retry":
        if options.id is None:
            raise UsageError("Which item? Add its number, as the list of problems shows it.")
        profile.retry(options.id)
    found = profile.problems()
    return _print(options, found, printed.problems(found))


def held(options: Options) -> int:
    profile = _profile(options)
    if options.decision is None:
        found = profile.held()
        return _print(options, found, printed.held(found))
    if not options.ids:
        raise UsageError(f"Which? Add the numbers, as the list shows them, or {EVERY}.", "See them: fm-desktop held")
    if EVERY in options.ids and len(options.ids) > 1:
        raise UsageError(f"“{EVERY}” stands by itself, without numbers.")
    if options.ids == [EVERY]:
        ids = _every_one(profile, options.decision)
    else:
        ids = list(dict.fromkeys(_number(each) for each in options.ids))
    decide = profile.approve if options.decision == "approve" else profile.keep
    print(printed.decided(decide(ids), options.decision))
    return ExitCode.DONE


def _every_one(profile: Profile, decision: str) -> list[int]:
    """The numbers of what waits, once somebody has seen it: a word is about what was shown, not what came since."""
    found = profile.held()
    ids = [each.id for each in found]
    print(printed.waiting(found))
    if not ids:
        return []
    if not sys.stdin.isatty():
        numbers = " ".join(map(str, ids))
        raise UsageError(f"“{EVERY}” asks you first, and nobody is there to answer. Name the numbers: {numbers}")
    return ids if _answer(_ABOUT_ALL[decision]) in {"y", "yes"} else []


def _number(text: str) -> int:
    number = within(text, LARGEST_ID)
    if number is None:
        raise UsageError(f"“{text}” is no number of an entry; use one that the list shows, or {EVERY}.")
    return number


def undo(options: Options) -> int:
    print(printed.undone(_profile(options).undo(options.id)))
    return ExitCode.DONE


def pause(options: Options) -> int:
    return _steered(_profile(options).pause(options.channel, options.minutes))


def resume(options: Options) -> int:
    return _steered(_profile(options).resume(options.channel))


def stop(options: Options) -> int:
    profile = _profile(options)
    forget = options.forget
    if forget is None:
        kept = "Keep the sign-in data on this computer for later? [Y/n] "
        forget = sys.stdin.isatty() and _answer(kept) in {"n", "no"}
    return _steered(profile.stop(options.channel, forget_credentials=forget))


def _answer(question: str) -> str:
    """What somebody types, in lower case; nothing where they end the input (Ctrl+D) instead."""
    try:
        return input(question).strip().lower()
    except EOFError:
        print()
        return ""


def _steered(found: Any) -> int:
    print(printed.standings(found))
    return ExitCode.DONE


def calendars(options: Options) -> int:
    profile = _profile(options)
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


def explain(options: Options) -> int:
    found = _profile(options).explain(options.text)
    return _print(options, found, printed.explanations(found))


def contacts(options: Options) -> int:
    profile = _profile(options)
    found = [(each, profile.letters(each, options.messages)) for each in profile.people(options.text, options.limit)]
    value = [{**show.plain(person), "messages": letters} for person, letters in found]
    return _print(options, value, printed.contacts(found))


def compose(options: Options) -> int:
    import webbrowser

    links = _profile(options).mail_links(options.address)
    if options.print or not webbrowser.open(links.compose):
        print(links.compose)
    return ExitCode.DONE


def mail(options: Options) -> int:
    if options.action == "include":
        print(printed.included(_profile(options).include_conversation(options.what)))
    else:
        print(printed.excluded(_profile(options).exclude_conversation(options.what)))
    return ExitCode.DONE


def doctor(options: Options) -> int:
    from fm_desktop.doctor import Doctor

    doctor = Doctor(options.environment)
    found = doctor.examine()
    _print(options, found, printed.diagnosis(found))
    if options.bundle is not None:
        doctor.write_bundle(found, options.bundle)
        print(f"Written: {options.bundle} (secrets are taken out)", file=sys.stderr)
    return found.exit_code


def sandbox(options: Options) -> int:
    data = [] if options.data is None else ["--data", str(options.data)]
    return int(_extra("fm_desktop.sandbox.__main__").main(["--port", str(options.port), *data]))


def demo(options: Options) -> int:
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
