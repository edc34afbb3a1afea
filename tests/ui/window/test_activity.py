"""The history of thousands of lines: it pages, sorts, filters and searches, and offers undo only where there is one."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from fm_desktop.port import Side
from fm_desktop.sync.browse import Logged, What
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.undo import CannotUndo
from fm_desktop.ui.window.activity_model import PAGE
from tests.ui.window import samples


@pytest.fixture
def page(scene):
    found = scene.page("activity")
    scene.wait(lambda: found.model.rowCount() > 0)
    return found


def titles(page):
    return [page.model.index(row, 2).data() for row in range(page.model.rowCount())]


def happenings(page):
    return [page.model.line(page.model.index(row, 0)) for row in range(page.model.rowCount())]


def is_item(line):
    return not isinstance(line, Logged)


def choose(scene, page, wanted):
    """Selects the first line loaded that is as wanted."""
    row = next(number for number, each in enumerate(happenings(page)) if wanted(each))
    page.table.selectRow(row)
    scene.wait(lambda: page.panel.shown == happenings(page)[row])
    return happenings(page)[row]


def test_two_thousand_lines_are_loaded_as_far_as_somebody_scrolls(scene, page):
    assert page.count.text() == "2,000 entries"
    assert page.model.rowCount() == PAGE
    assert [each.id for each in happenings(page)][:3] == [2000, 1999, 1998]
    for loaded in range(2 * PAGE, 2000 + PAGE, PAGE):
        page.table.scrollToBottom()
        scene.wait(lambda wanted=loaded: page.model.rowCount() >= wanted)
    assert page.model.rowCount() == 2000
    assert sorted(each.id for each in happenings(page)) == list(range(1, 2001))


def test_only_what_is_asked_last_counts(scene, page):
    page.model.fetchMore(page.table.rootIndex())
    page.model.show(replace(page.model.query, text="bilbao"))
    scene.wait(lambda: set(titles(page)) == {"Trade fair Bilbao"})
    assert page.model.rowCount() == 200


def test_the_model_keeps_the_rules_of_qt(scene, page, qtmodeltester):
    qtmodeltester.check(page.model)


def test_lines_are_searched_while_typing(scene, page):
    page.search.setText("talleres")
    scene.wait(lambda: set(titles(page)) == {"Demo for Talleres Iriarte"})
    assert page.count.text() == "200 entries"
    page.search.setText("no such thing")
    scene.wait(lambda: page.model.rowCount() == 0)
    assert "No entry fits the search." in scene.says(page)
    assert not page.panel.undo.isVisible()


def test_lines_are_filtered_by_side_and_by_what_was_done(scene, page):
    page.side.setCurrentIndex(page.side.findData(Side.PROVIDER))
    page.what.setCurrentIndex(page.what.findData(What.DELETED))
    scene.wait(lambda: all(is_item(each) for each in happenings(page)))
    scene.wait(lambda: {(each.side, each.verb) for each in happenings(page)} == {(Side.PROVIDER, Verb.DELETE)})


def test_lines_are_sorted_by_every_column(scene, page):
    header = page.table.horizontalHeader()
    page.table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    scene.wait(lambda: titles(page)[0] == "Call Jordi Puig about the offer")
    assert titles(page) == sorted(titles(page), key=str.casefold)
    page.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    scene.wait(lambda: happenings(page)[0].id == 1)
    assert header.sortIndicatorSection() == 0


def test_before_and_after_are_shown_with_the_reason(scene, page):
    choose(scene, page, lambda each: is_item(each) and each.verb is Verb.UPDATE and each.side is Side.CRM)
    text = scene.says(page.panel)
    assert "Why: changed in the calendar." in text
    assert "Before" in text
    assert "Bring the samples. They ask for delivery in January." in text


def test_a_value_that_gave_way_can_be_read(scene, page):
    choose(scene, page, lambda each: is_item(each) and bool(each.lost))
    assert "was “Visit Acme, 2nd floor” and gave way." in scene.says(page.panel)


def test_a_line_is_undone_once(scene, page):
    line = choose(scene, page, lambda each: is_item(each) and not each.undone and each.link is not None)
    scene.press("Undo", page.panel)
    scene.done("undo", line.id)
    scene.wait(lambda: f"“{line.title}” goes back to what it was with the next sync." in scene.says(page))
    scene.wait(lambda: page.panel.shown is not None and page.panel.shown.undone)
    assert not page.panel.undo.isEnabled()
    assert "This was undone." in scene.says(page.panel)


def test_what_is_too_old_offers_no_undo(scene, page):
    page.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    scene.wait(lambda: happenings(page)[0].id == 1)
    choose(scene, page, lambda each: each.id == 1)
    assert not page.panel.undo.isEnabled()
    assert not page.panel.why.isEnabled()
    assert "too old" in scene.says(page.panel)


def test_R12_a_logged_message_is_in_the_list_and_offers_no_undo(scene, page):
    page.what.setCurrentIndex(page.what.findData(What.LOGGED))
    scene.wait(lambda: page.count.text() == "200 entries" and {type(each) for each in happenings(page)} == {Logged})
    assert not page.panel.undo.isEnabled()
    assert not page.panel.why.isEnabled()
    text = scene.says(page.panel)
    assert "A logged message is never changed or taken out of ForceManager." in text
    assert page.panel.shown.address in text


def test_an_undo_that_is_refused_says_why_and_can_be_tried_again(scene, page):
    choose(scene, page, lambda each: is_item(each) and not each.undone and each.link is not None)
    scene.records.error = CannotUndo("“Lunch” follows the calendar in ForceManager: it is part of a recurring series.")
    scene.press("Undo", page.panel)
    scene.wait(lambda: "it is part of a recurring series" in scene.says(page))
    assert page.panel.undo.isEnabled()


def test_an_item_is_opened_with_why_it_is_there(scene):
    scene.window.show_item(7)
    page = scene.window.current
    scene.settle(page)
    scene.wait(lambda: {each.link for each in happenings(page)} == {7})
    scene.wait(lambda: "you are a participant, not the organiser" in scene.says(page.panel))
    scene.press("Show all items", page)
    scene.wait(lambda: page.model.rowCount() == PAGE)
    assert "you are a participant" not in scene.says(page.panel)


def test_why_is_asked_about_the_line_that_is_seen(scene, page):
    line = choose(scene, page, lambda each: each.link is not None)
    scene.press("Why is it there?", page.panel)
    scene.wait(lambda: page.model.query.link == line.link and "Created in your calendar" in scene.says(page.panel))


def test_a_line_is_copied_as_text(scene, page):
    line = choose(scene, page, lambda each: is_item(each) and each.verb is Verb.CREATE)
    scene.press("Copy", page.panel)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == line.title
    assert lines[1].startswith("Created in ")


def test_new_lines_come_in_once_something_was_done_and_the_line_that_is_read_stays(scene, page):
    line = choose(scene, page, lambda each: each.id == 1990)
    scene.records.lines.insert(0, samples.happening(2001, 2001))
    scene.desk.show(replace(samples.in_step(), status=samples.status(linked=1249)))
    scene.wait(lambda: happenings(page)[0].id == 2001)
    assert page.panel.shown == line
    assert page.model.line(page.table.currentIndex()) == line


def test_nothing_was_done_yet(bare):
    page = bare.page("activity")
    bare.wait(lambda: page.count.text() == "0 entries")
    assert "Nothing was done yet." in bare.says(page)


def test_what_is_read_stays_when_the_list_is_looked_at_anew(scene, page):
    """It jumped to the newest line, and “Undo” would have been about that one."""
    page.table.scrollToBottom()
    scene.wait(lambda: page.model.rowCount() >= 2 * PAGE)
    page.table.selectRow(PAGE + 50)
    shown = page.panel.shown
    scene.desk.decided.emit()
    page.refresh()
    scene.wait(lambda: not page.is_waiting)
    assert page.panel.shown == shown
    scene.records.lines += [replace(each, id=each.id + 10_000, at="2026-11-27T08:00:00Z") for each in happenings(page)]
    page.refresh()
    scene.wait(lambda: not page.is_waiting and page.count.text() == "2,400 entries")
    assert page.panel.shown == shown
    page.search.setText("bilbao")
    scene.wait(lambda: set(titles(page)) == {"Trade fair Bilbao"})
    assert page.panel.shown == happenings(page)[0]


def test_the_reasons_of_an_item_are_seen_with_its_lines_only(scene, page):
    links = list(dict.fromkeys(each.link for each in happenings(page) if each.link is not None))
    page.show_item(links[5])
    page._forget_item()
    scene.wait(lambda: not page.is_waiting and page.model.rowCount() == PAGE)
    choose(scene, page, lambda each: each.link == links[1])
    assert "Why it is where it is" not in scene.says(page.panel)
    page.panel.explain(links[3], scene.records.explain(links[3]))  # before its lines are there
    page.model.show(replace(page.model.query, link=links[3]))
    scene.wait(lambda: page.panel.shown is not None and page.panel.shown.link == links[3])
    assert "Why it is where it is" in scene.says(page.panel)


def test_an_item_to_which_nothing_was_done_says_why(scene, page):
    """A problem of an item that was never written led to an empty page."""
    scene.records.lines = [each for each in scene.records.lines if each.link != 77_777]
    page.show_item(77_777)
    scene.settle(page)
    said = scene.says(page)
    assert "Nothing was done to it yet." in said
    assert "It can only be changed in the calendar" in said
    page._forget_item()
    scene.settle(page)
    assert "Nothing was done to it yet." not in scene.says(page)
    assert page.table.isVisible()
