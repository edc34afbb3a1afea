"""The reader finds what is said, however it is put together, or the tests beside it prove nothing."""

import ast

import pytest

from tests.language.spoken import TOP, said_by


def said(source: str) -> list[str]:
    return [each.text for each in said_by("x.py", ast.parse(source))]


@pytest.mark.parametrize(
    ("source", "sentences"),
    [
        ('raise Refused("It is gone.", "Try it again.")', ["It is gone.", "Try it again."]),
        ('raise Refused(f"{host} is gone.", next_step="Try it again.")', ["{} is gone.", "Try it again."]),
        ('problems.report(key, f"“{title}” is gone: {error}.")', ["“{}” is gone: {}."]),
        ('_STEP = "Try it again."', ["Try it again."]),
        ('_NAMES = {1: "the list", 2: "x"}', ["the list"]),
        ('f"It is {\'here\' if found else \'gone for good\'}."', ["It is here.", "It is gone for good."]),
        ('f"It is gone: {reason or \'nobody knows\'}."', ["It is gone: {}.", "It is gone: nobody knows."]),
        ('_WHO = "The server"\nprint(f"{_WHO} is gone.")', ["The server", "The server is gone."]),
        ('def f():\n    verb = "take" if x else "show"\n    return f"It does not {verb} it."',
         ["It does not take it.", "It does not show it."]),
        ('f"{ {1: \'Deleting\', 2: \'Changing\'}[verb] } it sends mail"', ["Deleting it sends mail", "Changing it sends mail"]),
        ('f"{count(number, \'event\')} in all"', ["1 event in all", "{} events in all"]),
        ('"It is gone. " + more', ["It is gone. {}"]),
        ('f"It is gone, {named(\'the list\')}."', ["It is gone, {}.", "the list"]),
        ('def f(what):\n    return f"It is {what} now."', ["It is {} now."]),
    ],
)  # fmt: skip
def test_a_sentence_is_found_in_all_its_forms(source, sentences):
    assert said(source) == sentences


@pytest.mark.parametrize(
    "source",
    [
        '"""The docstring of a module."""',
        '_log.warning("It is gone: %s", error)',
        'store.row("SELECT * FROM link WHERE id = ?", link)',
        'tr("It is gone.")',
        'kind = "event"',
        'headers = {"Accept": "text/html", "Authorization": f"Bearer {token}"}',
        're.compile(r"not found|not there")',
    ],
)
def test_what_nobody_reads_is_no_sentence(source):
    assert said(source) == []


def test_the_place_of_a_sentence_is_told():
    (found,) = said_by("a/b.py", ast.parse('class A:\n    def b(self):\n        raise Gone("It is gone.")'))
    assert str(found) == "a/b.py:3 A.b: It is gone."
    (top,) = said_by("a/b.py", ast.parse('X = "It is gone."'))
    assert top.function == TOP
