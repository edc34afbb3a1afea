"""Logged messages on the pages of the sandbox: shown as text, hostile ones too; no script runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx2
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from fm_desktop.sandbox.access import COOKIE
from fm_desktop.sandbox.pages.mail import safe_name, size_text
from fm_desktop.sandbox.server import SandboxServer
from tests.real.sandbox_emails.calls import BYTES, create, with_files
from tests.servers.browser import browser
from tests.servers.sandbox import EMMA, MESSAGE

SCRIPT = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"


HOSTILE = f"{SCRIPT}</div></body>\n<a href=\"javascript:document.title='run'\">x</a> javascript:document.title='run' {{{{ 7*7 }}}}"


@pytest.fixture
def page(server: SandboxServer) -> Iterator[httpx2.Client]:
    """A browser with the key in its cookie."""
    with httpx2.Client(base_url=server.origin, cookies={COOKIE: server.admin_key}) as client:
        yield client


def shown(page: httpx2.Client, path: str, status: int = 200, **parameters: Any) -> str:
    answer = page.get(path, params=parameters or None)
    assert answer.status_code == status, answer.text
    return answer.text


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def mail_rows(html: str) -> list[str]:
    return [words(each) for each in re.findall(r'<li class="row mail.*?</li>', html, flags=re.DOTALL)]


def test_the_pages_of_contact_and_account_list_their_messages_newest_first(
    crm: httpx2.Client, page: httpx2.Client
) -> None:
    old, new = "2026-11-20T08:00:00+01:00", "2026-11-24T08:00:00+01:00"
    create(crm, contactId=4, accountId=2, subject="Newer", date=new, type=0, mailFolder="Sent")
    create(crm, contactId=4, accountId=2, subject="Older", date=old, attachments=[{"name": "a", "size": 1}])
    create(crm, contactId=None, accountId=2, subject="To the office", date=new)
    assert mail_rows(shown(page, "/contacts/4")) == [
        "Tue 24 Nov 2026 08:00 Newer Sent From ana@example.com to emma@example.com, javier@example.com Sent",
        "Fri 20 Nov 2026 08:00 Older Inbox From ana@example.com to emma@example.com, javier@example.com "
        "Attachments: 1 Received",
    ]
    of_account = mail_rows(shown(page, "/accounts/2"))
    assert [next(each for each in ("Newer", "Older", "To the office") if each in row) for row in of_account] == [
        *("To the office", "Newer", "Older")
    ]
    assert "No message has been logged" in words(shown(page, "/contacts/5"))


def test_many_messages_come_in_pages(server: SandboxServer, page: httpx2.Client) -> None:
    server.store.load("emails", [{**MESSAGE, "contactId": 7, "subject": f"Number {n:03d}"} for n in range(101)])
    pages = [shown(page, "/contacts/7", mail=number) for number in (1, 2, 3)]
    numbers = [re.findall(r"Number (\d+)", html) for html in pages]
    assert [len(each) for each in numbers] == [50, 50, 1]
    assert [number for each in numbers for number in each] == [f"{n:03d}" for n in reversed(range(101))]
    assert ["Older messages" in html for html in pages] == [True, True, False]
    assert ["Newer messages" in html for html in pages] == [False, True, True]
    assert len(mail_rows(shown(page, "/contacts/7", mail="no number"))) == 50


def test_a_message_page_tells_all_and_offers_no_change(crm: httpx2.Client, page: httpx2.Client) -> None:
    made = create(crm, emailFrom="ana.aguilar@riberaalta.example", emailTo=["emma@example.com"], subject=" ")
    html = shown(page, f"/emails/{made['id']}")
    text = words(html)
    assert "(no subject)" in text
    assert "Wed 25 Nov 2026, 10:30" in text
    assert "From Contact: Ana Aguilar ana.aguilar@riberaalta.example To emma@example.com Folder Inbox" in text
    assert "thank you ñ" in text
    assert "can be neither changed nor deleted" in text
    assert 'method="post"' not in html
    assert page.post(f"/emails/{made['id']}").status_code == 405
    assert page.post(f"/emails/{made['id']}/delete").status_code in (404, 405)


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", None])
def test_dates_at_the_ends_of_the_calendar_are_shown(crm: httpx2.Client, page: httpx2.Client, day: str | None) -> None:
    made = create(crm, date=day, contactId=13)
    for path in (f"/emails/{made['id']}", "/contacts/13"):
        for user in (EMMA, 5):  # east and west of Greenwich
            shown(page, path, user=user)


def test_messages_that_are_not_there(server: SandboxServer, page: httpx2.Client) -> None:
    shown(page, "/emails/99999", 404)
    (deleted,) = server.store.load("emails", [{**MESSAGE, "contactId": 8, "deleted": True}])
    shown(page, f"/emails/{deleted}", 404)
    assert mail_rows(shown(page, "/contacts/8")) == []
    with httpx2.Client(base_url=server.origin) as stranger:
        assert stranger.get("/emails/1").status_code == 403
        assert stranger.get("/emails/1/attachments/1").status_code == 403


def test_attachments_are_downloaded_and_never_shown(
    crm: httpx2.Client, page: httpx2.Client, anyone: httpx2.Client
) -> None:
    content = b"<script>document.title='run'</script>"
    made = with_files(crm, ("../../offér\r\n\u202efdp.html", len(content)), ("later.zip", 1_500_000))
    anyone.put(made["attachments"][0]["locator"], content=content, headers=BYTES).raise_for_status()
    html = shown(page, f"/emails/{made['id']}")
    assert "later.zip 1.5 MB, not uploaded yet" in words(html)
    (link,) = re.findall(r'href="(/emails/\d+/attachments/\d+)[?"]', html)
    answer = page.get(link)
    assert answer.content == content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''_.._off%C3%A9r___fdp.html"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    later = made["attachments"][1]["id"]
    shown(page, f"/emails/{made['id']}/attachments/{later}", 404)
    other = create(crm)["id"]
    shown(page, f"/emails/{other}/attachments/{made['attachments'][0]['id']}", 404)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("offer.pdf", "offer.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\temp\\x.exe", "C__temp_x.exe"),
        ('a"b\r\nX: y', "a_b__X_ y"),
        ("report\u202efdp.exe", "report_fdp.exe"),
        ("NUL", "_NUL"),
        ("com1.txt", "_com1.txt"),
        ("console.txt", "console.txt"),
        ("..", "attachment-9"),
        (" . ", "attachment-9"),
        ("/", "attachment-9"),
        ("x" * 250 + ".docx", "x" * 145 + ".docx"),
    ],
)
def test_names_of_files_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name, 9) == safe


def test_sizes_in_words() -> None:
    assert [size_text(size) for size in (0, 1, 999, 12_345, 100_000_000)] == [
        *("0 bytes", "1 byte", "999 bytes", "12.3 kB", "100 MB")
    ]


def test_a_hostile_message_is_escaped_everywhere(crm: httpx2.Client, page: httpx2.Client) -> None:
    made = hostile(crm, 10)
    for path in ("/contacts/10", "/accounts/4", f"/emails/{made['id']}"):
        html = shown(page, path)
        assert "<script" not in html
        assert "<img src=x" not in html
        assert "javascript:" not in re.sub(r">[^<]*<", "><", html)
        assert html.count("</body>") == 1


def hostile(crm: httpx2.Client, contact: int) -> dict[str, Any]:
    return create(
        crm,
        contactId=contact,
        accountId=4,
        subject=SCRIPT,
        body=HOSTILE,
        emailFrom=SCRIPT,
        emailTo=[SCRIPT],
        mailFolder=SCRIPT,
        attachments=[{"name": SCRIPT, "size": 1}],
    )


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    with browser(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.mark.browser
def test_a_script_in_a_message_does_not_run(server: SandboxServer, crm: httpx2.Client, driver: WebDriver) -> None:
    made = hostile(crm, 11)
    driver.get(f"{server.origin}/contacts/11?key={server.admin_key}")
    assert driver.title == "Karen Young · ForceManager sandbox"
    (subject,) = driver.find_elements(By.CSS_SELECTOR, ".row.mail .subject")
    assert subject.text == SCRIPT
    subject.click()
    assert driver.current_url.startswith(f"{server.origin}/emails/{made['id']}")
    assert driver.title == f"{SCRIPT} · ForceManager sandbox"
    assert driver.find_element(By.CSS_SELECTOR, ".letter").text == HOSTILE
    assert driver.find_elements(By.CSS_SELECTOR, "main script, main img, main a[href^='javascript']") == []
