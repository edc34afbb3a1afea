"""The page of contacts: writing to them, their messages, conversations kept out (R13, R10)."""

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


@pytest.fixture
def opened(monkeypatch):
    links: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: links.append(QUrl(url).toString()))
    return links


def test_R13_from_a_contact_to_writing_and_to_the_correspondence_in_one_step(scene, opened):
    page = scene.page("people")
    scene.wait(lambda: "Re: Offer 2026-118" in scene.says(page))
    scene.press("Write", page)
    scene.press("All messages…", page)
    assert opened == [
        "https://mail.example.com/compose?to=ana.ruiz@acme.example",
        "https://mail.example.com/search?q=ana.ruiz@acme.example",
    ]


def test_R13_people_are_found_by_a_part_of_name_company_or_address(scene):
    page = scene.page("people")
    page.search.setText("hoffmann-soehne")
    scene.wait(lambda: page.list.count() > 0 and page.list.item(0).text().startswith("Katharina Hoffmann"))
    page.search.setText("nobody at all")
    scene.wait(lambda: "Nobody of that name" in scene.says(page))


def test_R10_a_conversation_is_kept_out_after_a_question_and_taken_in_again(scene):
    page = scene.page("people")
    scene.wait(lambda: "Re: Offer 2026-118" in scene.says(page))
    scene.press("Not this conversation", page)
    assert "What was logged of “Re: Offer 2026-118” stays in ForceManager" in scene.says(page.question)
    page.question.cancel.click()
    assert scene.records.done == []
    scene.press("Not this conversation", page)
    page.question.buttons[0].click()
    scene.done("exclude", 4)
    scene.wait(lambda: "Nothing more of this conversation is logged." in scene.says(page))
    assert "Nothing more of “Re: Offer 2026-118” is logged." in scene.says(page)
    scene.press("Log it again", page)
    scene.done("include", 4)
    scene.wait(lambda: "Nothing more of this conversation is logged." not in scene.says(page))
    assert "“Re: Offer 2026-118” is logged again, with what was left out." in scene.says(page)
    assert len(scene.buttons("Not this conversation", page)) == 4
