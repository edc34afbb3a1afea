"""What can be typed after `fm-desktop`, and what `--help` says."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from fm_desktop import __version__
from fm_desktop.cli import commands, values
from fm_desktop.cli.commands import EVERY, Options

CHANNELS = ("email", "calendar")

Command = Callable[..., argparse.ArgumentParser]


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
    top.set_defaults(run=commands.window)
    found = top.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, run: Callable[[Options], int], text: str, *, json: bool = False) -> argparse.ArgumentParser:
        made = found.add_parser(name, help=text, description=text)
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


def _add_sync_commands(command: Command) -> None:
    setup = command(
        "setup", commands.setup, "sign in to both sides as a file says; writes nothing to either", json=True
    )
    setup.add_argument("--file", type=Path, metavar="FILE", help="the settings, see README")
    sync = command("sync", commands.sync, "keep both sides in step until stopped", json=True)
    sync.add_argument("--once", action="store_true", help="one cycle only")
    sync.add_argument("--dry-run", action="store_true", help="with --once: show what would be written, write nothing")


def _add_looking_commands(command: Command) -> None:
    command("status", commands.status, "how each channel stands, and the last cycle", json=True)
    history = command("history", commands.history, "what was done, and why", json=True)
    history.add_argument(
        "--limit", type=values.how_many, default=30, metavar="N", help="the newest N (default: %(default)s)"
    )
    history.add_argument("text", nargs="?", default="", help="only items whose title holds this")
    problems = command("problems", commands.problems, "what needs you, with a next step each", json=True)
    problems.add_argument("action", nargs="?", choices=("retry",), help="try an item again that was put aside")
    problems.add_argument("id", nargs="?", type=values.id_, help="its number, as the list shows it")
    held = command("held", commands.held, "writes that wait for your word", json=True)
    held.add_argument("decision", nargs="?", choices=("approve", "keep"), help="do it, or leave things as they are")
    held.add_argument("ids", nargs="*", metavar="id", help=f"the numbers of the entries, or {EVERY}, which asks first")
    explain = command("explain", commands.explain, "why an item is, or is not, on the other side", json=True)
    explain.add_argument("text", help="a part of its title, or its id")


def _add_mail_commands(command: Command) -> None:
    contacts = command("contacts", commands.contacts, "your contacts and accounts, with their last messages", json=True)
    contacts.add_argument("text", nargs="?", default="", help="only those with this in name, company or address")
    contacts.add_argument("--limit", type=int, default=50, metavar="N", help="at most N of them (default: %(default)s)")
    contacts.add_argument("--messages", type=int, default=3, metavar="N", help="of each (default: %(default)s)")
    compose = command("compose", commands.compose, "write to an address, at your provider or in your mail program")
    compose.add_argument("address", type=values.address)
    compose.add_argument("--print", action="store_true", help="print the link instead of opening it")
    mail = command("mail", commands.mail, "keep a conversation out of ForceManager, or log it again")
    mail.add_argument("action", choices=("exclude", "include"))
    mail.add_argument("what", help="a part of its subject, or the number of a message as “contacts” shows it")


def _add_steering_commands(command: Command) -> None:
    undo = command("undo", commands.undo, "take back one entry of the history; the next cycle carries it out")
    undo.add_argument("id", type=values.id_, metavar="ID")
    pause = command("pause", commands.pause, "pause a channel, or both; also of a running instance")
    pause.add_argument("channel", nargs="?", choices=CHANNELS)
    pause.add_argument("--minutes", type=values.minutes, metavar="N", help="resume by itself after N minutes")
    resume = command("resume", commands.resume, "go on with what was paused or stopped")
    resume.add_argument("channel", nargs="?", choices=CHANNELS)
    stop = command("stop", commands.stop, "stop syncing a channel, or both; deletes nothing on either side")
    stop.add_argument("channel", nargs="?", choices=CHANNELS)
    what = stop.add_mutually_exclusive_group()
    what.add_argument("--forget-credentials", dest="forget", action="store_true", default=None)
    what.add_argument("--keep-credentials", dest="forget", action="store_false", default=None)
    calendars = command("calendars", commands.calendars, "your calendars, and which take part", json=True)
    calendars.add_argument("--select", metavar="NAME", help="let a calendar take part")
    calendars.add_argument("--deselect", metavar="NAME", help="let a calendar take no part any more")
    calendars.add_argument("--copies", choices=("keep", "remove"), help="with --deselect: its copies in ForceManager")
    calendars.add_argument("--target", metavar="NAME", help="where items made in ForceManager go")


def _add_tool_commands(command: Command) -> None:
    doctor = command("doctor", commands.doctor, "test every connection and say what it can do", json=True)
    doctor.add_argument("--bundle", type=Path, metavar="FILE", help="write a zip for support, without secrets")
    sandbox = command("sandbox", commands.sandbox, "a local ForceManager with a web page, to try things on")
    sandbox.add_argument("--port", type=int, default=8600, metavar="N", help="default: %(default)s; 0 for a free one")
    sandbox.add_argument("--data", type=Path, metavar="DIR", help="keep its records there; else they are temporary")
    demo = command(
        "demo", commands.demo, "sandbox, sample data, set-up, syncs both ways, and a table of what went where"
    )
    demo.add_argument("--keep", action="store_true", help="leave both servers running, in step, until Ctrl-C")
    demo.add_argument("--folder", type=Path, default=Path(".demo"), metavar="DIR", help="default: %(default)s")
