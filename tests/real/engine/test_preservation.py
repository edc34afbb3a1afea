"""What a CRM edit must leave alone, compared in the server's own bytes before and after."""

from __future__ import annotations

from typing import Any

import pytest

from fm_desktop.sync.undo import undo
from tests.fakes.real import ZONE
from tests.real.engine.conftest import MakeScene
from tests.real.engine.scene import (
    BOSS,
    EMMA_ORGANISES,
    Scene,
    calendar,
    crm_date,
    emma_invited,
    item_lines,
    logical_lines,
    madrid,
    single,
    values,
    vevent,
    vtodo,
)
from tests.servers.account import DavAccount

VTIMEZONE = [
    "BEGIN:VTIMEZONE", f"TZID:{ZONE}", "X-LIC-LOCATION:Europe/Madrid",
    "BEGIN:DAYLIGHT", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST", "DTSTART:19700329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT",
    "BEGIN:STANDARD", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZNAME:CET", "DTSTART:19701025T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD", "END:VTIMEZONE",
]  # fmt: skip
HTML = '<html><body><p>Please <b>read</b> the <a href="https://acme.example/plan">plan</a></p></body></html>'
RICH = [
    "DESCRIPTION:Bring the plans\\, and the keys\\nSecond line",
    "LOCATION;ALTREP=\"https://acme.example/map\":Calle Mayor 1\\, Madrid",
    "CATEGORIES:ACME,Important",
    "CLASS:PUBLIC",
    "STATUS:CONFIRMED",
    "TRANSP:OPAQUE",
    "PRIORITY:3",
    "GEO:40.4168;-3.7038",
    "URL:https://acme.example/event",
    "ATTACH;FMTTYPE=application/pdf;FILENAME=plan.pdf:https://acme.example/plan.pdf",
    "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY:SGVsbG8gd29ybGQ=",
    "CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Join:https://meet.acme.example/abc",
    "X-GOOGLE-CONFERENCE:https://meet.google.com/abc",
    "X-MOZ-GENERATION:4",
    "X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE=\"Calle; Mayor, 1\":geo:40.41,-3.70",
    "COLOR:tomato",
]  # fmt: skip
ALARMS = [
    "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Go", "TRIGGER:-PT15M", "X-WR-ALARMUID:A1", "END:VALARM",
    "BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER;RELATED=END:PT5M", "ATTACH;VALUE=URI:Basso", "END:VALARM",
]  # fmt: skip
# Bookkeeping of every edit (RFC 5545, 3.8.7).
STAMPS = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")
EDITS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "title": ({"subject": "Plans and keys"}, ("SUMMARY",)),
    "text": ({"comment": "Only the keys"}, ("DESCRIPTION",)),
    "time": ({"startHour": "12:00", "endHour": "13:30"}, ("DTSTART", "DTEND")),
    "all": ({"subject": "X", "comment": "Y", "startHour": "12:00", "endHour": "13:30"},
            ("SUMMARY", "DESCRIPTION", "DTSTART", "DTEND")),
}  # fmt: skip


def untouched(data: bytes, touched: tuple[str, ...]) -> list[str]:
    """Every line but those of the named properties of the item itself; an alarm's count as well."""
    kept, depth = [], 0
    for line in logical_lines(data):
        depth += line.startswith("BEGIN:")
        name = line.replace(";", ":").split(":")[0]
        if depth != 2 or name not in (*touched, *STAMPS):
            kept.append(line)
        depth -= line.startswith("END:")
    return sorted(kept)


@pytest.mark.parametrize("edit", EDITS)
def test_everything_a_crm_edit_does_not_name_survives_at_the_server(scene: Scene, edit: str) -> None:
    fields, touched = EDITS[edit]
    scene.put("rich", calendar(VTIMEZONE, vevent("uid-rich", "Plans", *RICH, *ALARMS)))
    before = scene.raw("rich")
    scene.sync()
    assert scene.raw("rich") == before
    scene.edit("Plans", **fields)
    scene.later()
    after = scene.raw("rich")
    assert untouched(after, touched) == untouched(before, touched)
    for name in touched:
        assert values(after, name) != values(before, name)
    for line in logical_lines(before):
        if line.startswith(("ATTACH", "CONFERENCE", "X-", "CATEGORIES", "LOCATION", "COLOR")):
            assert line in logical_lines(after)
    scene.quiet()


def test_the_parameters_of_participants_survive_an_edit(account: DavAccount, make_scene: MakeScene) -> None:
    scene = make_scene(account, ask_before_notifying=False)
    people = [
        EMMA_ORGANISES, emma_invited("ACCEPTED"),
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE;RSVP=TRUE;X-NUM-GUESTS=2;"
        "CN=\"Ruiz, Ana\";DELEGATED-FROM=\"mailto:ben@acme.example\":mailto:ana@acme.example",
        "ATTENDEE;CUTYPE=ROOM;CN=Room 4;PARTSTAT=ACCEPTED:mailto:room4@example.com",
    ]  # fmt: skip
    scene.put("pitch", single("Pitch", *people))
    scene.sync()
    before = scene.raw("pitch")
    scene.edit("Pitch", subject="Pitch II")
    scene.later()
    after = scene.raw("pitch")
    assert values(after, "SUMMARY") == ["Pitch II"]
    assert untouched(after, ("SUMMARY",)) == untouched(before, ("SUMMARY",))
    assert int(values(after, "SEQUENCE")[0]) > 0
    scene.quiet()


@pytest.mark.parametrize(
    "html", [f"DESCRIPTION:{HTML}", f"DESCRIPTION:Please read the plan\r\nX-ALT-DESC;FMTTYPE=text/html:{HTML}"]
)
def test_an_html_description_is_not_flattened_by_an_edit_of_another_field(scene: Scene, html: str) -> None:
    scene.put("html", single("Plan", *html.split("\r\n")))
    scene.sync()
    assert "Please read the plan" in scene.row("Plan")["comment"]
    assert "<" not in scene.row("Plan")["comment"].replace(" <https://acme.example/plan>", "")
    before = scene.raw("html")
    scene.quiet()
    scene.edit("Plan", subject="The plan", startHour="08:00")
    scene.later()
    after = scene.raw("html")
    touched = ("SUMMARY", "DTSTART", "DTEND", "DURATION")
    assert untouched(after, touched) == untouched(before, touched)
    scene.quiet()


def test_a_crm_edit_of_an_html_text_replaces_every_form_of_it(scene: Scene) -> None:
    scene.put("html", single("Plan", "DESCRIPTION:Please read the plan", f"X-ALT-DESC;FMTTYPE=text/html:{HTML}"))
    scene.sync()
    scene.edit("Plan", comment="Cancelled by phone")
    scene.later()
    assert values(scene.raw("html"), "DESCRIPTION") == ["Cancelled by phone"]
    assert values(scene.raw("html"), "X-ALT-DESC") == []
    scene.quiet()


LONG = "\n".join(f"{number:04} of the long text that no CRM can hold" for number in range(300))
LINE = f"DESCRIPTION:{LONG}".replace("\n", "\\n")


def test_a_long_text_is_shortened_in_the_crm_and_never_written_back(scene: Scene) -> None:
    scene.put("long", single("Long", LINE))
    scene.sync()
    before = scene.raw("long")
    comment = scene.row("Long")["comment"]
    assert len(comment) <= 6000
    assert "Shortened" in comment
    scene.edit("Long", subject="Longer", startHour="08:00")
    scene.later()
    assert untouched(scene.raw("long"), ("SUMMARY", "DTSTART")) == untouched(before, ("SUMMARY", "DTSTART"))
    assert scene.row("Longer")["comment"] == comment
    scene.quiet()


def test_a_crm_edit_of_a_shortened_text_keeps_the_tail(scene: Scene) -> None:
    scene.put("long", single("Long", LINE))
    scene.sync()
    comment = scene.row("Long")["comment"]
    scene.edit("Long", comment=comment.replace("0001 of the long", "0001 of the EDITED"))
    scene.later()
    (text,) = values(scene.raw("long"), "DESCRIPTION")
    assert text.replace("\\n", "\n") == LONG.replace("0001 of the long", "0001 of the EDITED")
    scene.quiet()
    scene.replace("long", "0299 of the", "0299 OF THE")
    report = scene.later()
    assert report.provider.total == 0
    scene.quiet()


def test_a_long_text_shortened_at_the_provider_is_whole_in_the_crm(scene: Scene) -> None:
    scene.put("long", single("Long", LINE))
    scene.sync()
    scene.put("long", single("Long", "DESCRIPTION:Short now"))
    scene.later()
    assert scene.row("Long")["comment"] == "Short now"
    scene.quiet()


def test_a_long_text_with_people_keeps_the_block_and_the_tail(scene: Scene) -> None:
    people = [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:person{number}@acme.example" for number in range(120)]
    scene.put("long", single("Long", LINE, BOSS, emma_invited(), *people))
    scene.sync()
    row = scene.row("Long")
    assert len(row["comment"]) <= 6000
    assert "Shortened" in row["comment"]
    assert "and " in row["comment"].rsplit("\n", 1)[1]
    scene.quiet()


def test_a_task_keeps_its_lines_when_it_is_done_in_the_crm(scene: Scene) -> None:
    lines = ["PRIORITY:1", "CATEGORIES:ACME", "RELATED-TO:uid-parent", "X-APPLE-SORT-ORDER:5", *ALARMS[:6]]
    scene.put("call", calendar(vtodo("uid-call", "Call", "DESCRIPTION:Ask for Ana", "STATUS:NEEDS-ACTION", *lines)))
    scene.sync()
    before = scene.raw("call")
    scene.edit("Call", completed=True)
    scene.later()
    touched = ("STATUS", "COMPLETED", "PERCENT-COMPLETE")
    assert untouched(scene.raw("call"), touched) == untouched(before, touched)
    assert values(scene.raw("call"), "STATUS") == ["COMPLETED"]
    scene.quiet()


def test_crm_fields_the_calendar_does_not_know_survive_a_calendar_edit(scene: Scene) -> None:
    scene.add("Visit", crm_date(3), accountId=1, contactId=1, opportunityId=1, city="Madrid", reminder=30)
    scene.sync()
    before = scene.row("Visit")
    scene.replace(scene.name_of("Visit"), "SUMMARY:Visit", "SUMMARY:Visit Acme")
    scene.later()
    after = scene.row("Visit Acme")
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"subject", "dateUpdated", "salesRepIdUpdated"}
    scene.quiet()


def test_a_duration_stays_a_duration(scene: Scene) -> None:
    scene.put("call", calendar(vevent("uid-call", "Call", when=[madrid(2, "0900", "1000")[0], "DURATION:PT45M"])))
    scene.sync()
    scene.edit("Call", startHour="15:00", endHour="15:45")
    scene.later()
    raw = scene.raw("call")
    assert values(raw, "DURATION") == ["PT45M"]
    assert values(raw, "DTEND") == []
    (start,) = (line for line in item_lines(raw) if line.startswith("DTSTART"))
    assert start.startswith(f"DTSTART;TZID={ZONE}:")
    scene.quiet()


def test_undoing_a_change_of_a_shortened_text_brings_the_whole_text_back(radicale_scene: Scene) -> None:
    scene = radicale_scene
    first, second = (" ".join(f"{word}{number}" for number in range(900)) for word in ("before", "after"))
    scene.put("a", single("Long", f"DESCRIPTION:{first}", uid="a"))
    scene.settle()
    scene.put("a", single("Long", f"DESCRIPTION:{second}", uid="a"))
    scene.settle()
    undo(scene.engine.state, scene.engine.state.chronicle.entries(1)[0].id)
    scene.settle()
    assert values(scene.raw("a"), "DESCRIPTION") == [first]
