"""Answers that get lost: every record is there once, with all its files. `tests/crash` has the crashes."""

from __future__ import annotations

import pytest

from tests.real.mail.office import message


@pytest.mark.parametrize("path", ["/emails", "/storage/*"])
def test_an_answer_that_gets_lost_makes_nothing_twice(office, contact, path):
    office.deliver(message("One", contact.address, files=[("a.txt", b"A"), ("b.txt", b"B")]))
    office.set_up()
    office.sandbox.faults.lose_answer(method="POST" if path == "/emails" else "PUT", path=path, count=1)
    office.cycle()
    office.cycle()
    (record,) = office.records()
    assert office.files(record) == {"a.txt": b"A", "b.txt": b"B"}
    assert office.sync()["emails_logged"] == 0
    assert office.does("problems") == "There are no problems.\n"
