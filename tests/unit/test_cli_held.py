"""`fm-desktop held`: a word is about what was shown, number by number."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from fm_desktop import cli, printed
from fm_desktop.cli import commands
from fm_desktop.port import Side
from fm_desktop.sync.held import Held
from fm_desktop.sync.plan import Verb

WAITING = tuple(
    Held(number, number, Side.PROVIDER, Verb.DELETE, f"Visit {number}", "it mails people", "2026-11-26T09:00:00Z")
    for number in (3, 5)
)


class Waits:
    """A profile in which something more comes to wait once the list was looked at."""

    def __init__(self) -> None:
        self.approved: list[int] = []
        self.kept: list[int] = []
        self.waiting = [*WAITING]

    def held(self) -> tuple[Held, ...]:
        shown = tuple(self.waiting)
        self.waiting.append(Held(9, 9, Side.PROVIDER, Verb.DELETE, "Visit 9", "", "2026-11-26T09:00:00Z"))
        return shown

    def approve(self, ids: Iterable[int]) -> int:
        self.approved += ids
        return len(self.approved)

    def keep(self, ids: Iterable[int]) -> int:
        self.kept += ids
        return len(self.kept)


@pytest.fixture
def profile(monkeypatch: pytest.MonkeyPatch) -> Waits:
    waits = Waits()
    monkeypatch.setattr(commands, "_profile", lambda _options: waits)
    return waits


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _question: text)


def test_R27_several_are_decided_about_by_their_numbers(profile: Waits) -> None:
    assert cli.main(["held", "approve", "3", "5", "3"]) == 0
    assert cli.main(["held", "keep", "9"]) == 0
    assert (profile.approved, profile.kept) == ([3, 5], [9])


def test_R27_a_word_about_nothing_in_particular_is_none(profile: Waits, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["held", "approve"]) == 2
    assert "Add the numbers" in capsys.readouterr().err
    assert not profile.approved


def test_R27_a_word_about_all_is_one_about_those_that_were_shown(
    profile: Waits, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "y")
    assert cli.main(["held", "approve", "all"]) == 0
    assert profile.approved == [3, 5]
    assert "Visit 5" in capsys.readouterr().out


def test_all_stands_by_itself(profile: Waits, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["held", "approve", "all", "3"]) == 2
    assert "stands by itself" in capsys.readouterr().err
    assert not profile.approved


def test_R27_who_ends_the_input_decides_nothing(profile: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_question: str) -> str:
        raise EOFError

    answer(monkeypatch, "")
    monkeypatch.setattr("builtins.input", ended)
    assert cli.main(["held", "keep", "all"]) == 0
    assert not profile.kept


@pytest.mark.parametrize(
    ("decision", "asked"), [("approve", "Do all of these?"), ("keep", "Leave all of these as they are?")]
)
def test_R27_the_question_says_what_a_yes_does(
    profile: Waits, decision: str, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[str] = []
    answer(monkeypatch, "n")
    monkeypatch.setattr("builtins.input", lambda question: questions.append(question) or "n")
    assert cli.main(["held", decision, "all"]) == 0
    assert questions == [f"{asked} [y/N] "]
    assert not profile.approved + profile.kept


@pytest.mark.parametrize("said", ["", "n", "what?"])
def test_R27_who_does_not_say_yes_to_all_decides_nothing(
    profile: Waits, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, said)
    assert cli.main(["held", "approve", "all"]) == 0
    assert not profile.approved
    assert "0 writes will be done" in capsys.readouterr().out


def test_R27_where_nobody_can_be_asked_all_is_no_word(profile: Waits, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["held", "keep", "all"]) == 2
    assert "Name the numbers: 3 5" in capsys.readouterr().err
    assert not profile.kept


def changed(**after: object) -> str:
    held = Held(3, 3, Side.PROVIDER, Verb.UPDATE, "Visit", "it mails people", "2026-11-26T09:00:00Z", {}, after)
    return printed.held([held])


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("span", ["2026-11-26", "2026-11-27"], "3: span – → 2026-11-26\n"),
        ("span", ["2026-11-26", "2026-11-29"], "3: span – → 2026-11-26 – 2026-11-28\n"),
        ("text", "one\ntwo \x1b[2J", "3: text – → “one two [2J”\n"),
        ("text", "", "3: text – → –\n"),
        ("text", "word " * 100, "word…”\n"),
        ("completed", True, "3: completed no → yes\n"),
    ],
)
def test_what_a_write_would_change_is_shown_as_people_say_it(name: str, value: object, shown: str) -> None:
    assert shown in changed(**{name: value})


def test_texts_that_differ_further_down_are_shown_where_they_differ() -> None:
    long = "word " * 60
    held = Held(
        3, 3, Side.PROVIDER, Verb.UPDATE, "Visit", "", "2026-11-26T09:00:00Z",
        {"text": f"{long}Meet at 9"}, {"text": f"{long}Meet at 7"},
    )  # fmt: skip
    told = printed.held([held])
    assert "Meet at 9”" in told
    assert "Meet at 7”" in told
