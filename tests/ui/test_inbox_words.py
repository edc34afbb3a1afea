"""The messages in the own inbox speak the language of the window."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest

from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.notes import ENGLISH, News, composed
from fm_desktop.ui import texts
from fm_desktop.ui.inbox_words import inbox_words

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
HOUR = Span(Timed(datetime(2026, 11, 27, 10), "UTC"), Timed(datetime(2026, 11, 27, 11, 30), "UTC"))


@pytest.fixture
def spanish() -> Iterator[None]:
    texts.use("es")
    yield
    texts.use("en")


def test_in_english_they_are_those_that_the_command_line_uses() -> None:
    assert inbox_words() == ENGLISH


@pytest.mark.usefixtures("spanish")
def test_every_word_has_another_one_with_the_same_values() -> None:
    english, ours = asdict(ENGLISH), asdict(inbox_words())
    for name, text in english.items():
        assert ours[name] != text
        assert re.findall(r"{\w+}", ours[name]) == re.findall(r"{\w+}", text)


@pytest.mark.usefixtures("spanish")
def test_R25_a_note_in_spanish_says_nothing_in_english() -> None:
    raw = composed([News("id", "Visita", HOUR)], "emma@example.com", "Europe/Madrid", AT, inbox_words())
    note = email.message_from_bytes(raw, policy=email.policy.default)
    assert note["Subject"] == "Nuevo en su calendario: Visita"
    assert "de 2026-11-27 11:00 a 12:30 (Europe/Madrid)" in note.get_content()
    news = [News(str(number), "Feria {title}", day_span(date(2026, 11, 27))) for number in range(60)]
    note = email.message_from_bytes(
        composed(news, "emma@example.com", "Europe/Madrid", AT, inbox_words()), policy=email.policy.default
    )
    assert note["Subject"] == "60 eventos nuevos en su calendario"
    assert "- Feria {title}, 2026-11-27, todo el día" in note.get_content()
    assert "y 10 más" in note.get_content()
