"""One salesperson's computer in the fleet: the program's own client, budget, pace and trigger on the stage's clock."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from fm_desktop.addressbook import REFRESH_EVERY
from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.port import PortError
from fm_desktop.runner import impression
from fm_desktop.sync.cycle import outcome_of
from fm_desktop.sync.pace import Pace
from fm_desktop.sync.report import Counts, Outcome, Report
from fm_desktop.sync.schedule import AFTER_WAKING_SECONDS, every
from tests.fleet.server import TenantServer, Wire
from tests.fleet.stage import Stage

_EPOCH = datetime(2026, 11, 30, tzinfo=UTC)  # a Monday


def moment(seconds: float) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Habit:
    """`interval` of the settings, `rate` of the settings (requests a second). What a cycle costs beside looking at
    the agenda: `writes` at the CRM for what changed since the last one, a second each; `first_rows`: rows of a first sync."""

    interval: float = 120.0
    rate: float = 4.0
    writes_an_hour: float = 0.0
    first_rows: int = 0


@dataclass
class Computer:
    stage: Stage
    server: TenantServer
    habit: Habit
    good: list[float] = field(default_factory=list)
    rows_left: int = 0
    running: bool = False
    waits_until: float = 0.0

    def __post_init__(self) -> None:
        self.pace = Pace(self.habit.interval)
        budget = Budget(self.habit.rate, clock=lambda: self.stage.now, wait=self._wait)
        wire = Wire(self.server, lambda: self.stage.now)
        self.client = CrmClient("http://crm.example/api/v4", "public", "private", budget, transport=wire)
        self.rows_left = self.habit.first_rows
        self._directory_read = -REFRESH_EVERY.total_seconds()
        self._worked_until = 0.0
        self._plan = 0

    def _wait(self, seconds: float, _cancel: object) -> bool:
        self.stage.sleep(seconds)
        return False

    # --- what happens to it ---

    def start(self, moment: float) -> None:
        self._run_at(moment)

    def sign_in_earlier(self, moment: float) -> None:
        """It has a session of that moment."""
        self.client.session_key = f"{moment:.3f}"

    def wake_from_sleep(self) -> None:
        """What the loop does when the clock jumped."""
        self._hint(random.uniform(*AFTER_WAKING_SECONDS))

    def mail_comes(self) -> None:
        self._hint(0.0)

    # --- its cycles ---

    def _hint(self, seconds: float) -> None:
        moment = self.stage.now + seconds
        if not self.running and not self.pace.is_slowed and self.waits_until > moment:
            self._run_at(moment)

    def _run_at(self, moment: float) -> None:
        self._plan += 1
        self.waits_until = moment
        number = self._plan
        self.stage.play(moment, lambda: self._cycle(number))

    def _cycle(self, number: int) -> None:
        if number != self._plan:
            return  # it was put forward
        began, self.running = self.stage.now, True
        throttled = self.client.throttled
        try:
            written = self._work()
        except PortError as error:
            report = Report(outcome_of(error), error=error)
        else:
            report = Report(Outcome.DONE, crm=Counts(written, 0, 0))
            self.good.append(self.stage.now)
        self.running = False
        report = replace(report, crowded=self.client.throttled > throttled)
        self.pace = self.pace.after(impression(report))
        fires = every(self.pace.seconds).get_next_fire_time(moment(began), moment(self.stage.now))
        self._run_at(max(self.stage.now, (fires - _EPOCH).total_seconds()))

    def _work(self) -> int:
        """The requests of a cycle to the CRM, in their order."""
        now = self.stage.now
        if now - self._directory_read >= REFRESH_EVERY.total_seconds():
            self._look("contacts")
            self._directory_read = now
        self._look("calendar")
        written = 0
        for _ in self._pending(now):
            self.client.put("calendar/1", {})
            written += 1
        while self.rows_left:
            self.client.post("calendar", {})
            self.rows_left -= 1
            written += 1
        return written

    def _look(self, path: str) -> None:
        next(iter(self.client.pages(path)))

    def _pending(self, now: float) -> Iterator[None]:
        """What changed since the last cycle that went well."""
        expected = self.habit.writes_an_hour * (now - self._worked_until) / 3_600
        count = int(expected) + (random.random() < expected % 1)
        for _ in range(count):
            yield
        self._worked_until = now
