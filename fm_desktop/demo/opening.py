"""Emma's calendar as it is before the program comes: what a salesperson's calendar holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fm_desktop.demo.forcemanager import ForceManager, Row
from fm_desktop.demo.phone import Component, Phone, new_event, new_task, person, reminder
from fm_desktop.demo.shown import ZONE
from fm_desktop.sandbox.sample import MAIN_USER

WORK, TASKS, FAMILY = "Work", "Tasks", "Family"
TAKE_PART = (WORK, TASKS)

DENTIST, GYM, HOLIDAY = "Dentist", "Gym", "Holiday in Asturias"
PRICES, BUDGET, STAND_UP = "Price talks", "Budget round", "Team stand-up"
PARKING, PRICE_LIST, CARDS = "Renew the parking permit", "Read the new price list", "Order business cards"
SCHOOL_PLAY = "School play"

STRANGER = "lukas.weber@weber-consulting.example"
STAND_UPS = 6


@dataclass(frozen=True, slots=True)
class Days:
    """`today` is the user's."""

    today: date

    @classmethod
    def now(cls) -> Days:
        return cls(datetime.now(ZONE).date())

    def day(self, number: int) -> date:
        return self.today + timedelta(days=number)

    def at(self, number: int, clock: str) -> datetime:
        """A moment so many days from today, on the user's clock."""
        return datetime.combine(self.day(number), time.fromisoformat(clock), ZONE)


def known_contact(crm: ForceManager) -> Row:
    """A contact of Emma's: of Bodegas Ribera Alta, the first account of the sample data."""
    return next(
        row
        for row in crm.all("contacts")
        if row["accountId"]["id"] == 1 and row["salesRepId"]["id"] == crm.user["id"] and not row["deleted"]
    )


def fill(phone: Phone, contact: Row, days: Days) -> None:
    """Makes three calendars and what is in them. `contact` is known to ForceManager."""
    for name, kind in ((WORK, "VEVENT"), (TASKS, "VTODO"), (FAMILY, "VEVENT")):
        phone.make_calendar(name, kind)
    _own_events(phone, days)
    _meetings(phone, contact, days)
    phone.add(TASKS, new_task("parking", PARKING, days.day(5)))
    phone.add(TASKS, new_task("price-list", PRICE_LIST, None, description="Page 12 is new."))
    phone.add(TASKS, new_task("cards", CARDS, days.day(3)))
    phone.add(FAMILY, new_event("school-play", SCHOOL_PLAY, days.at(6, "18:00"), days.at(6, "20:00")))


def _own_events(phone: Phone, days: Days) -> None:
    dentist = new_event(
        "dentist", DENTIST, days.at(1, "08:30"), days.at(1, "09:15"),
        location="Calle Mayor 1, Madrid", description="Bring the insurance card.",
    )  # fmt: skip
    dentist.add_component(reminder(timedelta(hours=1)))
    phone.add(WORK, dentist)
    phone.add(WORK, new_event("gym", GYM, days.at(2, "19:00"), days.at(2, "20:00")))
    phone.add(WORK, new_event("holiday", HOLIDAY, days.day(12), days.day(15)))
    stand_up = new_event("stand-up", STAND_UP, days.at(1, "09:30"), days.at(1, "09:45"))
    stand_up.add("rrule", {"freq": "weekly", "count": STAND_UPS})
    phone.add(WORK, stand_up)


def _meetings(phone: Phone, contact: Row, days: Days) -> None:
    """An own meeting with a contact and a stranger, and an invitation without an answer."""
    prices = new_event(
        "prices", PRICES, days.at(3, "10:00"), days.at(3, "11:30"),
        location="Bodegas Ribera Alta, Madrid", description="The offer for next year.",
        organizer=person(MAIN_USER, "Emma Ruiz"),
    )  # fmt: skip
    prices.add("attendee", person(MAIN_USER, "Emma Ruiz", "ACCEPTED"))
    prices.add("attendee", person(contact["email"], f"{contact['firstName']} {contact['lastName']}", "ACCEPTED"))
    prices.add("attendee", person(STRANGER, "Lukas Weber", "NEEDS-ACTION"))
    prices.add_component(reminder(timedelta(minutes=30)))
    phone.add(WORK, prices)
    phone.add(WORK, invitation("budget", BUDGET, "finance@headoffice.example", days.at(4, "15:00")))


def invitation(uid: str, title: str, organiser: str, start: datetime) -> Component:
    """An hour somebody else invites Emma to; she has not answered."""
    event = new_event(uid, title, start, start + timedelta(hours=1), organizer=person(organiser, organiser))
    event.add("attendee", person(organiser, organiser, "ACCEPTED"))
    event.add("attendee", person(MAIN_USER, "Emma Ruiz", "NEEDS-ACTION"))
    return event
