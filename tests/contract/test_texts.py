"""Titles and texts of every kind, and what is HTML at the provider."""

from __future__ import annotations

import pytest

from fm_desktop.model.projection import Patch
from fm_desktop.model.text import normal_text, normal_title
from tests.contract.features import Feature, proves
from tests.contract.keeper import Keeper, event, meeting
from tests.contract.stages.stage import Hand, Made

pytestmark = proves(Feature.TEXTS)

UID = "11111111-aaaa-5555-8888-000000000001"
TEXTS = {
    "plain": "Bring the offer",
    "lines": "One\nTwo\n\nFour",
    "signs": "a,b;c:d\\e\"f'g & 2 < 3 > 1 \\n \\, %41 #x ?y",
    "scripts": "Olá, 日本語, العربية, Ελληνικά, ﬁ",
    "emoji": "👩‍👩‍👧‍👦 🇪🇸 👍🏽",
    "looks like markup": "Use <b>bold</b>, &amp; write <br> as it is",
    "looks like calendar data": "BEGIN:VEVENT\nSUMMARY:Not me\nEND:VEVENT\nEND:VCALENDAR",
    "long": "A sentence of the offer, with its price. " * 250,
    "long line of signs": "ñ€😀" * 2000,
    "looks like JSON": '{"value": [1, "two"], "@odata.type": "#x"}',
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_R21_a_text_is_read_back_as_it_was_written(keeper: Keeper, text: str) -> None:
    keeper.provider.create(keeper.id, UID, event("Meeting", meeting(25, 9), text))
    keeper.read()
    assert keeper.item("Meeting").text == normal_text(text)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_R21_a_text_that_is_changed_is_read_back_as_it_was_written(keeper: Keeper, hand: Hand, text: str) -> None:
    hand.add(Made("Meeting", meeting(25, 9), text="Before"))
    keeper.read()
    keeper.provider.update(keeper.resource("Meeting"), Patch(text=text))
    keeper.read()
    assert keeper.item("Meeting").text == normal_text(text)


@pytest.mark.parametrize(
    "title",
    [
        "Offer 2; price, 50 % & more",
        "日本語 👩‍👩‍👧‍👦",
        "<b>Bold</b> & co",
        "x" * 250,
        "SUMMARY:Not me",
        'He said "no"',
        "\\n \\, \\\\",
    ],
)
def test_R21_a_title_is_read_back_as_it_was_written(keeper: Keeper, hand: Hand, title: str) -> None:
    resource = keeper.provider.create(keeper.id, UID, event(title, meeting(25, 9)))
    keeper.read()
    assert keeper.titles() == [normal_title(title)]
    keeper.provider.update(resource, Patch(title=title + " again"))
    assert hand.titles() == [normal_title(title + " again")]


def test_control_characters_do_no_harm(keeper: Keeper, hand: Hand) -> None:
    keeper.provider.create(keeper.id, UID, event("Meet\x00ing\x0b", meeting(25, 9), "One\x00\x07\x1b[31m\r\nTwo"))
    keeper.read()
    assert keeper.titles() == ["Meeting"]
    assert keeper.item("Meeting").text == normal_text("One\x00\x07\x1b[31m\r\nTwo")


def test_an_empty_title_is_no_obstacle(keeper: Keeper) -> None:
    resource = keeper.provider.create(keeper.id, UID, event("", meeting(25, 9)))
    keeper.provider.update(resource, Patch(title="Meeting"))
    keeper.read()
    assert keeper.titles() == ["Meeting"]


def test_R21_a_text_can_be_taken_away(keeper: Keeper, hand: Hand) -> None:
    hand.add(Made("Meeting", meeting(25, 9), text="Before"))
    keeper.read()
    keeper.provider.update(keeper.resource("Meeting"), Patch(text=""))
    keeper.read()
    assert keeper.item("Meeting").text == ""
    assert hand.look("Meeting").text.strip() == ""


def test_formatted_text_is_read_as_text_and_stays_formatted_until_it_is_changed(keeper: Keeper, hand: Hand) -> None:
    markup = (
        '<html><body><p>Bring <b>the</b> offer</p><p>See <a href="https://example.com/x">this</a></p></body></html>'
    )
    hand.add(Made("Meeting", meeting(25, 9), text=markup))
    keeper.read()
    text = keeper.item("Meeting").text
    assert "Bring the offer" in text
    assert "https://example.com/x" in text
    assert "<b>" not in text

    resource = keeper.provider.update(keeper.resource("Meeting"), Patch(title="Lunch", span=meeting(25, 13)))
    keeper.read()
    assert keeper.item("Lunch").text == text
    assert "<b>the</b>" in hand.look("Lunch").text

    keeper.provider.update(resource, Patch(text="Another text"))
    keeper.read()
    assert keeper.item("Lunch").text == "Another text"
