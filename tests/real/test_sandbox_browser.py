"""The sandbox's page in a real browser, with the engine between it and a calendar at Radicale."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support import expected_conditions as expected
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.ui import WebDriverWait

from fm_desktop.addressbook import AddressBook
from fm_desktop.crm.directory import DirectoryReader
from fm_desktop.model.items import Party
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.sync.cycle import Engine
from tests.fakes.real import ZONE
from tests.real.engine.scene import (
    BOSS,
    EMMA_ORGANISES,
    Scene,
    attendee,
    calendar,
    crm_date,
    day,
    emma_invited,
    madrid,
    records,
    single,
    values,
    vevent,
    vtodo,
)
from tests.servers.account import DavAccount
from tests.servers.browser import browser

pytestmark = pytest.mark.browser

_PATIENCE = 20  # seconds until a condition counts as never met


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    with browser(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture(scope="module")
def crm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crm")


@pytest.fixture(scope="module")
def crm(crm_folder: Path) -> Iterator[SandboxServer]:
    with SandboxServer(crm_folder, rate_limit=None) as server:
        yield server


@pytest.fixture
def scene(tmp_path: Path, crm: SandboxServer, crm_folder: Path, radicale_account: DavAccount) -> Iterator[Scene]:
    """An empty agenda and an empty calendar, synced once, with the user's real contacts and accounts known."""
    with closing(records(crm_folder)) as db:
        db.execute("DELETE FROM calendar")
    radicale_account.make_calendar("calendar", label="Work")
    made = Knowing(tmp_path, crm, radicale_account)
    made.sync()
    yield made
    made.close()


class Knowing(Scene):
    """The scene with the directory that the program itself uses, over the real contacts and accounts."""

    def open(self, name: str) -> Engine:
        self.directory = late = LateDirectory()
        engine = super().open(name)
        late.book = AddressBook(self.store, DirectoryReader(self.client, self.user), self.clock)
        return engine


class LateDirectory:
    """Passed on to `book`, which needs the store and the client that the engine is opened with."""

    book: AddressBook

    def lookup(self, address: str) -> Party:
        return self.book.lookup(address)

    def refresh(self) -> frozenset[str]:
        return self.book.refresh()


class Page:
    """What a person does with the page."""

    def __init__(self, driver: WebDriver, crm: SandboxServer) -> None:
        self.driver = driver
        self._crm = crm
        self._wait = WebDriverWait(driver, _PATIENCE)

    def open(self, path: str) -> None:
        self.driver.get(f"{self._crm.origin}{path}")

    def enter(self) -> None:
        """Opens the page with its key, and leaves the key behind."""
        self.open(f"/?key={self._crm.admin_key}")
        self._wait.until(expected.url_contains("/week"))
        assert self._crm.admin_key not in self.driver.current_url

    def find(self, css: str) -> WebElement:
        found: WebElement = self._wait.until(expected.visibility_of_element_located((By.CSS_SELECTOR, css)))
        return found

    def none(self, css: str) -> bool:
        return not self.driver.find_elements(By.CSS_SELECTOR, css)

    def link(self, text: str) -> WebElement:
        found: WebElement = self._wait.until(expected.element_to_be_clickable((By.PARTIAL_LINK_TEXT, text)))
        return found

    def says(self, text: str, css: str = "main") -> None:
        self._wait.until(expected.text_to_be_present_in_element((By.CSS_SELECTOR, css), text))

    def fill(self, name: str, value: str) -> None:
        """A date or a time is typed as the browser's language has it, so it is set as the value it stands for."""
        field = self.find(f"#{name}")
        if field.get_attribute("type") in ("date", "time"):
            self.driver.execute_script("arguments[0].value = arguments[1]", field, value)
        else:
            field.clear()
            field.send_keys(value)

    def press(self, *keys: str) -> WebElement:
        """Keys to whatever has the focus; returns what has it then."""
        self.driver.switch_to.active_element.send_keys(*keys)
        return self.driver.switch_to.active_element

    def tab_to(self, css: str) -> WebElement:
        """Goes there with the tab key alone, and sees where it is."""
        target = self.find(css)
        for _ in range(80):
            if self.driver.switch_to.active_element == target:
                assert target.value_of_css_property("outline-style") != "none", "the focus cannot be seen"
                return target
            self.press(Keys.TAB)
        raise AssertionError(f"{css} cannot be reached with the tab key")

    def item(self, title: str) -> None:
        """Opens an item from the list."""
        self.open("/list?period=all")
        self.link(title).click()
        self.says(title, "h1")


@pytest.fixture
def page(driver: WebDriver, crm: SandboxServer) -> Page:
    made = Page(driver, crm)
    made.enter()
    return made


def test_an_event_made_on_the_page_is_in_the_calendar_after_a_sync(page: Page, scene: Scene) -> None:
    page.link("New event").click()
    page.fill("subject", "Visit the new plant")
    page.fill("startDate", f"{day(2)}")
    page.fill("startHour", "10:15")
    page.fill("endDate", f"{day(2)}")
    page.fill("endHour", "11:45")
    Select(page.find("#contactId")).select_by_value("1")
    page.fill("comment", "Bring the plans.")
    page.find("form.fields button").click()
    page.says("Created.")
    page.says("10:15 – 11:45")
    assert page.find(".facts .chip.contacts").text.endswith("Ana Aguilar")
    assert scene.sync().provider.created == 1
    stored = scene.copy("Visit the new plant")
    (event,) = icalendar.Calendar.from_ical(stored).walk("VEVENT")
    assert event.start.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None) == datetime.combine(day(2), time(10, 15))
    assert "Bring the plans." in values(stored, "DESCRIPTION")[0]


def test_R21_an_own_event_of_the_calendar_appears_and_can_be_edited(page: Page, scene: Scene) -> None:
    scene.put("dentist", single("Dentist", "DESCRIPTION:Bring the card", "LOCATION:Calle Mayor 1"))
    scene.sync()
    page.open(f"/week?day={day(2)}")
    page.link("Dentist").click()
    page.says("Calle Mayor 1", ".panel")
    assert page.none("#lock")
    page.link("Edit").click()
    assert page.find("#comment").get_attribute("value") == "Bring the card"
    page.fill("subject", "Dentist moved")
    page.fill("endHour", "10:30")
    page.find("form.fields button").click()
    page.says("Saved.")
    scene.later()
    stored = scene.copy("Dentist moved")
    assert values(stored, "DTEND") == [f"{day(2):%Y%m%d}T103000"]
    assert values(stored, "LOCATION") == ["Calle Mayor 1"]


def test_R23_R26_an_invitation_shows_its_answer_its_lock_a_chip_and_a_plain_address(page: Page, scene: Scene) -> None:
    contact = scene.crm.store.get("contacts", 1)
    people = (attendee("stranger@elsewhere.example", "ACCEPTED", "Zoe"), attendee(contact["email"], "TENTATIVE", "A."))
    scene.put("review", single("Review", BOSS, emma_invited(), *people))
    scene.sync()
    page.item("Review")
    page.says("Only its organiser can change it", "#lock")
    assert page.find(".head-state .badge").text.endswith("Not answered yet")
    for control in ("form", "a[href*='/edit']", "details.confirm"):
        assert page.none(f"main {control}")
    panel = page.find(".panel")
    chip = panel.find_element(By.CSS_SELECTOR, ".chip.contacts")
    assert chip.text.endswith(f"{contact['firstName']} {contact['lastName']}")
    plain = [each.text for each in panel.find_elements(By.CSS_SELECTOR, ".stranger .address")]
    assert {"stranger@elsewhere.example", "boss@client.example"} <= set(plain)
    assert contact["email"] not in plain
    assert scene.row("Review")["contactId"]["id"] == 1, "the engine knows the contact by the address"
    page.find(".facts .chip.contacts").click()
    page.says("Review", ".rows")


def test_R24_a_weekly_series_is_marked_as_recurring_and_locked(page: Page, scene: Scene) -> None:
    scene.put(
        "stand-up",
        calendar(vevent("stand-up", "Stand-up", "RRULE:FREQ=WEEKLY;COUNT=3", when=madrid(1, "0900", "0915"))),
    )
    scene.sync()
    page.open("/list?q=Stand-up")
    page.says("3 items", ".count")
    for mark in ("lock", "repeats"):
        assert len(page.driver.find_elements(By.CSS_SELECTOR, f".row .mark.{mark}")) == 3
    page.item("Stand-up")
    page.says("A series is changed in the calendar it comes from", "#lock")
    page.says("One date of a series", ".head-state")
    assert page.none("main form")


def test_R20_a_task_done_on_the_page_is_completed_in_the_calendar(page: Page, scene: Scene) -> None:
    scene.put("offer", calendar(vtodo("uid-offer", "Write the offer", f"DUE;VALUE=DATE:{day(0):%Y%m%d}")))
    scene.sync()
    page.open("/week")
    page.find("button[role=checkbox][aria-checked=false]").click()
    page.find("button[role=checkbox][aria-checked=true]")
    assert scene.row("Write the offer")["completed"]
    scene.later()
    assert values(scene.raw("offer"), "STATUS") == ["COMPLETED"]
    assert values(scene.raw("offer"), "COMPLETED")


def test_an_own_meeting_deleted_on_the_page_leaves_the_calendar(page: Page, scene: Scene) -> None:
    scene.add("Call off", crm_date(1))
    scene.sync()
    assert scene.dav_titles() == ["Call off"]
    page.item("Call off")
    page.find("details.confirm summary").click()
    page.find("details.confirm button").click()
    page.says("Nothing found.")
    scene.later()
    assert scene.dav_titles() == []


def test_an_event_is_edited_with_the_keyboard_alone(page: Page, scene: Scene) -> None:
    scene.put("lunch", single("Lunch", EMMA_ORGANISES))
    scene.sync()
    page.open(f"/week?day={day(2)}")
    page.find("h1")
    page.press(Keys.TAB)
    assert "Skip" in page.driver.switch_to.active_element.text
    page.press(Keys.ENTER)
    # In the week the whole block is drawn as focused, not the text in it.
    link = page.find(".blocks .slot-link")
    while page.driver.switch_to.active_element != link:
        assert page.press(Keys.TAB).tag_name != "body", "the item cannot be reached with the tab key"
    assert page.find(".slot:has(:focus-visible)").value_of_css_property("outline-style") == "solid"
    page.press(Keys.ENTER)
    page.says("Lunch", "h1")
    page.tab_to("a[href*='/edit']")
    page.press(Keys.ENTER)
    page.tab_to("#subject")
    page.press(Keys.END, " with the board", Keys.TAB)
    page.tab_to("#comment")
    page.press("Table by the window")
    page.tab_to("form.fields button")
    page.press(Keys.ENTER)
    page.says("Saved.")
    assert scene.row("Lunch with the board")["comment"].startswith("Table by the window")
    scene.later()
    assert values(scene.raw("lunch"), "SUMMARY") == ["Lunch with the board"]


def test_changes_appear_by_themselves_where_they_are_followed(page: Page, scene: Scene) -> None:
    page.open(f"/week?day={day(2)}")
    page.link("Follow changes").click()
    assert page.find(".switch").get_attribute("aria-checked") == "true"
    scene.put("news", single("News from the calendar"))
    scene.sync()
    page.link("News from the calendar")
    assert page.find(".slot .fresh")


@pytest.mark.parametrize("width", [900, 600, 400])
@pytest.mark.parametrize("path", ["/week", "/list", "/new", "/contacts/1"])
def test_a_narrow_window_needs_no_scrolling_sideways(page: Page, scene: Scene, width: int, path: str) -> None:
    scene.add("A subject of some length, to see how it is broken into lines", f"{date.today():%y/%m/%d}")
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    page.open(path)
    page.find("h1")
    assert page.driver.execute_script("return document.documentElement.scrollWidth") <= width
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
