"""A salesperson's desk in memory: what tests click at and pictures show. Nothing here touches a disk or a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from fm_desktop.credentials import CredentialError, Credentials, Which
from fm_desktop.doctor import Check, Diagnosis
from fm_desktop.errors import ExitCode, explained
from fm_desktop.model.items import Kind
from fm_desktop.model.message import Direction as Way
from fm_desktop.people import MailLinks, Person
from fm_desktop.port import Collection, Side
from fm_desktop.settings import Settings, changed, parse
from fm_desktop.sync.browse import Line, Logged, Order, Page, Query, What
from fm_desktop.sync.chronicle import Happening
from fm_desktop.sync.control import Channel, Running, Standing
from fm_desktop.sync.explain import Explanation
from fm_desktop.sync.held import Held
from fm_desktop.sync.mail.letters import Letter
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.problems import Problem
from fm_desktop.sync.progress import Progress
from fm_desktop.sync.report import Outcome
from fm_desktop.sync.resources import KnownCollection
from fm_desktop.sync.status import Lately, Status, Trouble
from fm_desktop.sync.store import StoreError, utc_text
from fm_desktop.sync.undo import CannotUndo
from fm_desktop.ui.preferences import Preferences
from fm_desktop.ui.snapshot import Snapshot, Stage
from fm_desktop.ui.window.records import Examined

NOW = datetime(2026, 11, 25, 13, 42, tzinfo=UTC)

SETTINGS = """
[crm]
url = "https://api.forcemanager.com/api/v4"
public_key = "key"
user = "emma@example.com"
[provider]
address = "emma@example.com"
name = "gmail"
"""

_TITLES = (
    "Visit Acme Corporation", "Quarterly review", "Call Jordi Puig about the offer", "Lunch with Nordwind",
    "Send the contract to Hoffmann & Söhne", "Demo for Talleres Iriarte", "Trade fair Bilbao", "Team meeting",
    "Prepare price list", "Visit Olives del Sur: tasting and new price agreement for the coming season with everybody",
)  # fmt: skip
_CALENDARS = ("Work", "Private", "Sales team", "Holidays in Spain", "Birthdays", "Trade fairs and events of the whole "
              "Iberian sales organisation including Portugal")  # fmt: skip
_COLOURS = ("#1f7a94", "#c9823f", "#3f8f5f", "#a3261d", "#7a5aa6", "#566065")
_WHYS = {
    (Side.CRM, Verb.CREATE): "new in the calendar",
    (Side.PROVIDER, Verb.CREATE): "new in ForceManager",
    (Side.CRM, Verb.UPDATE): "changed in the calendar",
    (Side.PROVIDER, Verb.UPDATE): "changed in ForceManager",
    (Side.CRM, Verb.DELETE): "deleted in the calendar",
    (Side.PROVIDER, Verb.DELETE): "deleted in ForceManager",
}


def ago(**span: float) -> str:
    return utc_text(NOW - timedelta(**span))


# --- history -----------------------------------------------------------------------------------------


def projection(title: str, day: int = 26, hour: int = 9) -> dict[str, object]:
    return {
        "title": title,
        "span": [f"2026-11-{day:02}T{hour:02}:00Z", f"2026-11-{day:02}T{hour + 1:02}:00Z"],
        "text": "Bring the samples. They ask for delivery in January.",
        "completed": False,
        "details": "Place: Calle de Alcalá 42, Madrid",
        "locked": False,
        "party": [4711, 120],
        "kind": "event",
        "shortened": False,
    }


def happening(number: int, total: int) -> Happening:
    side = Side.CRM if number % 3 else Side.PROVIDER
    verb = (Verb.UPDATE, Verb.CREATE, Verb.CREATE, Verb.UPDATE, Verb.DELETE)[number % 5]
    title = _TITLES[number % len(_TITLES)]
    whole = projection(title, 1 + number % 28)
    moved = [f"2026-11-{1 + number % 28:02}T14:30Z", f"2026-11-{1 + number % 28:02}T15:30Z"]
    before = {} if verb is Verb.CREATE else whole if verb is Verb.DELETE else {"span": whole["span"], "text": ""}
    after = whole if verb is Verb.CREATE else {} if verb is Verb.DELETE else {"span": moved, "text": whole["text"]}
    return Happening(
        id=number,
        at=ago(minutes=7 + 37 * (total - number)),
        link=None if number <= 3 else 1 + number % 700,
        side=side,
        verb=verb,
        title=title,
        why=_WHYS[side, verb],
        before=before,
        after=after,
        lost=(("crm", "title", "Visit Acme, 2nd floor"),) if number % 25 == 0 and verb is Verb.UPDATE else (),
        undone=number % 17 == 0,
    )


def logged(number: int, total: int) -> Logged:
    name, _, address = _PEOPLE[number % len(_PEOPLE)]
    way = Way.SENT if number % 2 else Way.RECEIVED
    at = NOW - timedelta(minutes=5 + 37 * (total - number))
    return Logged(number, utc_text(at), f"Offer for {name}", way, address, at - timedelta(minutes=4))


def history(number: int) -> list[Line]:
    """The newest first; every tenth is a message that was logged."""
    return [logged(each, number) if each % 10 == 8 else happening(each, number) for each in range(number, 0, -1)]


# --- what needs the user -------------------------------------------------------------------------------


def problems() -> list[Problem]:
    return [
        Problem(1, "link:12", "Visit Acme Corporation",
                "“Visit Acme Corporation” could not be written to ForceManager: "
                "ForceManager refused the request: the account is closed.",
                "Change it, or try again: fm-desktop problems retry 12", ago(days=2), ago(hours=2), 14),
        Problem(2, "collection:3", "Sales team", "The calendar “Sales team” is not there any more.",
                "Its copies in ForceManager were left alone. Choose your calendars again: fm-desktop calendars",
                ago(days=1), ago(days=1), 1),
        Problem(3, "item:/emma/work/7.ics", "Broken",
                "“Standup with the whole Iberian sales organisation including Portugal and the Azores” cannot be read: "
                "its rule cannot be read: “FREQ=SOMETIMES”.",
                "Open it in its own program and save it again, or delete it there. Everything else is kept in step.",
                ago(hours=5), ago(minutes=12), 3),
    ]  # fmt: skip


def held(deletions: int = 12) -> list[Held]:
    mass = [
        Held(number, 100 + number, Side.CRM, Verb.DELETE, _TITLES[number % len(_TITLES)],
             f"{deletions} of 120 items would be deleted at once", ago(minutes=34))
        for number in range(1, deletions + 1)
    ]  # fmt: skip
    mail = Held(deletions + 1, 300, Side.PROVIDER, Verb.UPDATE, "Quarterly review",
                "it sends mail to 8 other people", ago(hours=3))  # fmt: skip
    return [*mass, mail]


# --- calendars and people -------------------------------------------------------------------------------


def calendars(number: int) -> list[KnownCollection]:
    found = []
    for index in range(number):
        name = _CALENDARS[index % len(_CALENDARS)]
        if index >= len(_CALENDARS):
            name = f"{name} {index // len(_CALENDARS) + 1}"
        what = Collection(
            id=f"/emma/{index}/",
            name=name,
            writable=index % 6 not in {3, 4},
            kinds=frozenset({Kind.EVENT}) if index % 4 else frozenset(Kind),
            colour=_COLOURS[index % len(_COLOURS)],
        )
        found.append(
            KnownCollection(
                id=index + 1, side=Side.PROVIDER, what=what, position=index, selected=index % 6 in {0, 2, 5},
                target=index == 0, missing=index == 7, cursor=None, compared_at=None, suspect="",
            )
        )  # fmt: skip
    return found


_PEOPLE = (
    ("Ana Ruiz", "Acme Corporation", "ana.ruiz@acme.example"),
    ("Jordi Puig", "Talleres Iriarte", "jordi@iriarte.example"),
    ("Katharina Hoffmann", "Hoffmann & Söhne", "k.hoffmann@hoffmann-soehne.example"),
    ("Nordwind", "", "info@nordwind.example"),
    ("Lucía Fernández de la Vega y Montenegro-Larrañaga", "Olives del Sur Sociedad Cooperativa Andaluza",
     "lucia.fernandez.de.la.vega@olivesdelsur.example"),
    ("Tom Baker", "Blue Box Logistics", "tom@bluebox.example"),
)  # fmt: skip


def people(number: int) -> list[Person]:
    found = []
    for index in range(number):
        name, company, address = _PEOPLE[index % len(_PEOPLE)]
        suffix = "" if index < len(_PEOPLE) else f" {index // len(_PEOPLE) + 1}"
        is_account = not company
        addresses = (address, f"office@{address.partition('@')[2]}") if index % 4 == 0 else (address,)
        found.append(Person(None if is_account else 4711 + index, 120 + index, name + suffix, company, addresses))
    return found


def letters(person: Person) -> list[Letter]:
    address = person.addresses[0]
    return [
        Letter(4, NOW - timedelta(minutes=50), Way.RECEIVED, "Re: Offer 2026-118", address),
        Letter(3, NOW - timedelta(hours=20), Way.SENT, "Offer 2026-118", address),
        Letter(2, NOW - timedelta(days=3), Way.SENT, "Our meeting on Thursday and the samples that you asked for in Bilbao",
               address),
        Letter(1, NOW - timedelta(days=12), Way.RECEIVED, "", address),
    ]  # fmt: skip


# --- how things stand --------------------------------------------------------------------------------


def status(**values: object) -> Status:
    """What went wrong and well went so for both channels, unless `lately` says otherwise."""
    made = Status(
        channels=(Standing(Channel.EMAIL, Running.RUNNING), Standing(Channel.CALENDAR, Running.RUNNING)),
        last_success=NOW - timedelta(minutes=2), trouble=None, linked=1248, logged=316, held=0, problems=0, unknown=0,
    )  # fmt: skip
    made = replace(made, **values)
    if made.lately:
        return made
    return replace(made, lately=tuple(Lately(each, made.last_success, made.trouble) for each in Channel))


def in_step() -> Snapshot:
    return Snapshot(stage=Stage.WORKING, status=status(), next_run=NOW + timedelta(minutes=1))


def first_sync() -> Snapshot:
    return replace(in_step(), status=status(last_success=None, linked=412), syncing=True, progress=Progress(412, 836))


def waiting() -> Snapshot:
    paused = (
        Standing(Channel.EMAIL, Running.PAUSED, NOW + timedelta(hours=1)),
        Standing(Channel.CALENDAR, Running.RUNNING),
    )
    return replace(in_step(), status=status(channels=paused, held=13, problems=3))


def troubled(outcome: Outcome, message: str, next_step: str) -> Snapshot:
    trouble = Trouble(NOW - timedelta(minutes=9), message, next_step, outcome)
    return replace(in_step(), status=status(trouble=trouble, last_success=NOW - timedelta(minutes=11)))


def states() -> dict[str, Snapshot]:
    """What a person sees when something is wrong, by what it is."""
    keychain = locked_keychain()
    disk = explained(
        StoreError(
            "The disk is full: the state file /home/emma/.local/state/fm-desktop/sync.sqlite3 cannot grow. Nothing was "
            "lost and nothing will be created twice. Make room, then syncing goes on by itself."
        )
    )
    return {
        "network-unplugged": troubled(
            Outcome.UNREACHABLE, "ForceManager cannot be reached.",
            "Check the internet connection. Syncing tries again by itself.",
        ),
        "wrong-password": troubled(
            Outcome.SIGN_IN, "caldav.example.com did not accept the user name or the password.",
            "Sign in again. Many providers want an app password here instead of the usual one.",
        ),
        "expired-sign-in": troubled(
            Outcome.SIGN_IN, "ForceManager did not accept the API keys.",
            "Enter the public and the private API key again. An administrator finds them in ForceManager under "
            "Settings > Integrations > API key management.",
        ),
        "locked-keychain": troubled(Outcome.SIGN_IN, str(keychain), keychain.next_step),
        "full-disk": replace(in_step(), failure=disk),
        "crm-in-maintenance": troubled(
            Outcome.UNREACHABLE, "ForceManager did not answer: it reports an error of its own, HTTP 503.",
            "Nothing to do: syncing tries again by itself.",
        ),
    }  # fmt: skip


# --- the desk's records ---------------------------------------------------------------------------------


@dataclass
class Sample:
    """`fm_desktop.ui.window.records.Records` in memory. `done` notes what was decided; `error` is raised by the
    next call if it is set; `before` is called at the start of each, in the thread of the call."""

    lines: list[Line] = field(default_factory=list)
    open_problems: list[Problem] = field(default_factory=list)
    waiting: list[Held] = field(default_factory=list)
    known: list[KnownCollection] = field(default_factory=list)
    known_people: list[Person] = field(default_factory=list)
    kept_out: set[int] = field(default_factory=set)
    log: list[str] = field(default_factory=list)
    chosen: Settings = field(default_factory=lambda: parse(SETTINGS))
    likes: Preferences = field(default_factory=Preferences)
    autostart: bool = False
    done: list[tuple[object, ...]] = field(default_factory=list)
    error: Exception | None = None
    before: Callable[[], None] = lambda: None

    def _begin(self) -> None:
        self.before()
        error, self.error = self.error, None
        if error is not None:
            raise error

    def _note(self, *what: object) -> None:
        self._begin()
        self.done.append(what)

    def status(self) -> Status:
        return status(held=len(self.waiting), problems=len(self.open_problems))

    def pause(self, channel: Channel | None, minutes: int | None) -> None:
        self._note("pause", channel, minutes)

    def resume(self, channel: Channel | None) -> None:
        self._note("resume", channel)

    def stop(self, channel: Channel | None, *, forget_credentials: bool) -> None:
        self._note("stop", channel, forget_credentials)

    def sync_soon(self) -> None:
        self._note("sync")

    def history(self, query: Query, offset: int, limit: int) -> Page:
        self._begin()
        found = [each for each in self.lines if _fits(each, query)]
        found.sort(key=_ORDERS[query.order], reverse=query.descending)
        return Page(tuple(found[offset : offset + limit]), len(found))

    def undo(self, happening: int) -> None:
        self._note("undo", happening)
        number, line = next(
            (index, each)
            for index, each in enumerate(self.lines)
            if isinstance(each, Happening) and each.id == happening
        )
        if line.undone:
            raise CannotUndo(f"“{line.title}”: this was undone already.")
        self.lines[number] = replace(line, undone=True)

    def explain(self, link: int) -> tuple[Explanation, ...]:
        self._begin()
        reasons = (
            "Created in your calendar; it is in the calendar “Work” and in ForceManager (no. 5521).",
            "It can only be changed in the calendar: you are a participant, not the organiser.",
        )
        return (Explanation(f"Item {link}", "2026-11-26 10:00 Europe/Madrid", reasons),)

    def problems(self) -> tuple[Problem, ...]:
        self._begin()
        return tuple(self.open_problems)

    def retry(self, link: int) -> None:
        self._note("retry", link)
        self.open_problems = [each for each in self.open_problems if each.key != f"link:{link}"]

    def held(self) -> tuple[Held, ...]:
        self._begin()
        return tuple(self.waiting)

    def approve(self, held: Iterable[int]) -> int:
        return self._decided("approve", tuple(held))

    def keep(self, held: Iterable[int]) -> int:
        return self._decided("keep", tuple(held))

    def _decided(self, what: str, ids: tuple[int, ...]) -> int:
        self._note(what, ids)
        self.waiting = [each for each in self.waiting if each.id not in ids]
        return len(ids)

    def calendars(self) -> tuple[KnownCollection, ...]:
        self._begin()
        return tuple(self.known)

    def select_calendar(self, key: str) -> None:
        self._note("select", key)
        self.known = [replace(each, selected=each.selected or each.what.id == key) for each in self.known]

    def deselect_calendar(self, key: str, *, remove_copies: bool) -> None:
        self._note("deselect", key, remove_copies)
        self.known = [replace(each, selected=each.selected and each.what.id != key) for each in self.known]

    def target_calendar(self, key: str) -> None:
        self._note("target", key)
        self.known = [replace(each, target=each.what.id == key) for each in self.known]

    def people(self, text: str, limit: int) -> tuple[Person, ...]:
        self._begin()
        wanted = text.casefold()
        return tuple(
            each
            for each in self.known_people
            if wanted in " ".join((each.name, each.company, *each.addresses)).casefold()
        )[:limit]

    def letters(self, person: Person, limit: int) -> tuple[Letter, ...]:
        self._begin()
        found = (replace(each, is_excluded=each.number in self.kept_out) for each in letters(person))
        return tuple(found)[:limit]

    def exclude_conversation(self, letter: Letter) -> None:
        self._note("exclude", letter.number)
        self.kept_out.add(letter.number)

    def include_conversation(self, letter: Letter) -> None:
        self._note("include", letter.number)
        self.kept_out.discard(letter.number)

    def mail_links(self, address: str) -> MailLinks:
        return MailLinks(
            f"https://mail.example.com/compose?to={address}", f"https://mail.example.com/search?q={address}"
        )

    def settings(self) -> Settings:
        self._begin()
        return self.chosen

    def change_settings(self, changes: Mapping[str, Mapping[str, object]]) -> Settings:
        self._note("settings", changes)
        self.chosen = changed(self.chosen, changes)
        return self.chosen

    def preferences(self) -> Preferences:
        return self.likes

    def save_preferences(self, chosen: Preferences) -> None:
        self._note("preferences", chosen)
        self.likes = chosen

    def starts_with_system(self) -> bool:
        return self.autostart

    def start_with_system(self, *, wanted: bool) -> None:
        self._note("autostart", wanted)
        self.autostart = wanted

    def log_lines(self, limit: int) -> list[str]:
        self._begin()
        return self.log[-limit:]

    def examine(self) -> Examined:
        self._begin()
        checks = (
            Check("settings", True, "/home/emma/.config/fm-desktop/settings.toml is valid."),
            Check("state", True, "1248 items on both sides, last complete cycle: 2026-11-25 13:40 UTC."),
            Check("secrets", False, "This computer's keychain is locked.",
                  "Unlock it (signing in to the desktop does) and try again, or set FM_DESKTOP_CRM_PRIVATE_KEY in the "
                  "environment instead."),
            Check("ForceManager", True, "Signed in at https://api.forcemanager.com/api/v4; Emma is no. 7, "
                  "time zone Europe/Madrid."),
        )  # fmt: skip
        diagnosis = Diagnosis("0.1.0", "3.11.2", "Linux 6.1 x86_64", checks, ExitCode.SIGN_IN)
        return Examined(diagnosis, {"diagnosis.json": '{\n  "version": "0.1.0"\n}', "log.txt": "\n".join(self.log)})

    def save_bundle(self, parts: Mapping[str, str], path: Path) -> None:
        self._note("bundle", dict(parts), path)


def _what(each: Line) -> What:
    return What.LOGGED if isinstance(each, Logged) else What(each.verb.value)


def _side(each: Line) -> Side:
    return Side.CRM if isinstance(each, Logged) else each.side


_ORDERS: dict[Order, Callable[[Line], object]] = {
    Order.WHEN: lambda each: each.at,
    Order.WHAT: _what,
    Order.TITLE: lambda each: each.title.casefold(),
    Order.SIDE: _side,
}


def _fits(each: Line, query: Query) -> bool:
    return (
        query.text.casefold() in each.title.casefold()
        and query.side in {None, _side(each)}
        and query.what in {None, _what(each)}
        and query.link in {None, each.link}
    )


def empty() -> Sample:
    return Sample()


def full(lines: int = 2_000, calendar_number: int = 30, people_number: int = 120) -> Sample:
    return Sample(
        lines=history(lines),
        open_problems=problems(),
        waiting=held(),
        known=calendars(calendar_number),
        known_people=people(people_number),
        log=[
            f"2026-11-25 13:{minute:02}:{second:02},120 INFO    fm_desktop.runner: cycle: "
            '{"state": "done", "crm": {"created": 0, "updated": 1, "deleted": 0}, "held": 0, "problems": 0}'
            for minute in range(42)
            for second in (3, 33)
        ],
    )


class _Locked(KeyringBackend):
    """A keychain nobody has unlocked."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str:
        raise KeyringLocked

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked


def locked_keychain() -> CredentialError:
    """What the program says of it."""
    try:
        Credentials({}, _Locked, allowed=(__name__,)).get(Which.PROVIDER_PASSWORD, "emma@example.com")
    except CredentialError as error:
        return error
    raise AssertionError("the keychain is locked")
