"""Events and tasks as both sides can describe them, and the people on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from fm_desktop.model.times import Span, When


class Kind(StrEnum):
    EVENT = "event"
    TASK = "task"


class Answer(StrEnum):
    """A participant's answer to an invitation (PARTSTAT, RFC 5545 3.2.12)."""

    NEEDS_ACTION = "needs-action"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    DELEGATED = "delegated"


class Privacy(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Participant:
    """A person on an event. `address` is a bare e-mail address in lower case, '' if none is known."""

    address: str
    name: str = ""
    answer: Answer = Answer.NEEDS_ACTION
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Recurrence:
    """What makes an item a series (RFC 5545 3.8.5), as values and not as text of one protocol.

    `rules` are RRULE values verbatim (`FREQ=WEEKLY;BYDAY=MO`), `excluded_rules` EXRULE values.
    """

    rules: tuple[str, ...] = ()
    dates: tuple[When | Span, ...] = ()
    excluded: tuple[When, ...] = ()
    excluded_rules: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.rules and not self.dates


@dataclass(frozen=True, slots=True)
class Party:
    """The CRM's own links of an item: what a contact chip shows. Ids of the CRM, None for none."""

    contact_id: int | None = None
    account_id: int | None = None

    @property
    def is_empty(self) -> bool:
        return self.contact_id is None and self.account_id is None


@dataclass(frozen=True, slots=True)
class Item:
    """One event or task, on either side.

    `uid`            iCalendar UID at a provider; the `extId` ('' if none) at the CRM.
    `recurrence_id`  original start of an edited occurrence, None for a single item or a master.
    `span`           None only for a task without a date. A task has start == end, or one whole day.
    `text`           plain text, normal form (see `model.text`).
    `details`        at the CRM only: the marked block below the text, without its marker lines.
    `shortened`      at the CRM only: `text` is the beginning of a longer one.
    `locked`         at the CRM only: the row is marked read-only.
    `answer`         the user's own answer where the user is a participant, else None.
    `organiser`      None where nobody else was invited (then the item is the user's own).
    """

    kind: Kind
    uid: str
    title: str
    span: Span | None
    text: str = ""
    completed: bool = False
    cancelled: bool = False
    place: str = ""
    privacy: Privacy = Privacy.PUBLIC
    organiser: Participant | None = None
    participants: tuple[Participant, ...] = ()
    answer: Answer | None = None
    recurrence: Recurrence | None = None
    recurrence_id: When | None = None
    details: str = ""
    shortened: bool = False
    locked: bool = False
    party: Party = field(default_factory=Party)

    @property
    def is_series(self) -> bool:
        return self.recurrence is not None and not self.recurrence.is_empty
