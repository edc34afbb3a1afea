"""Logged messages in the sandbox: the API, the upload of attachments, the pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from fm_desktop.sandbox.access import COOKIE
from fm_desktop.sandbox.pages.mail import safe_name, size_text
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.sandbox.uploads import LIFETIME
from tests.servers.browser import browser
from tests.servers.sandbox import EMMA, JAVIER, MESSAGE, as_delivered, sign_in

FIELDS = {
    *("id", "subject", "body", "emailFrom", "emailTo", "type", "date", "accountId", "contactId", "opportunityId"),
    *("salesRepId", "mailFolder", "extId", "attachments", "deleted", "dateCreated", "dateUpdated", "dateDeleted"),
    *("salesRepIdCreated", "salesRepIdUpdated", "salesRepIdDeleted"),
}
BYTES = {"Content-Type": "application/octet-stream"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crm")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[SandboxServer]:
    with SandboxServer(folder, today=date(2026, 11, 25)) as running:
        yield running


@pytest.fixture(autouse=True)
def _as_delivered(server: SandboxServer) -> None:
    as_delivered(server)


@pytest.fixture
def crm(server: SandboxServer) -> Iterator[httpx2.Client]:
    with sign_in(server) as client:
        yield client


@pytest.fixture
def anyone() -> Iterator[httpx2.Client]:
    """Without a session, as locators are used."""
    with httpx2.Client() as client:
        yield client


def create(crm: httpx2.Client, **changes: Any) -> dict[str, Any]:
    answer = crm.post("/emails", json={**MESSAGE, **changes})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def with_files(crm: httpx2.Client, *files: tuple[str, int]) -> dict[str, Any]:
    return create(crm, attachments=[{"name": name, "size": size} for name, size in files])


def read(crm: httpx2.Client, row_id: int) -> dict[str, Any]:
    found: dict[str, Any] = crm.get(f"/emails/{row_id}").json()
    return found


def refusal(answer: httpx2.Response) -> tuple[int, int]:
    assert set(answer.json()) == {"code", "error"}
    assert answer.json()["error"]
    return answer.status_code, answer.json()["code"]


# --- records ---------------------------------------------------------------------------------------


def test_a_new_message_is_read_back_in_the_read_shape(crm: httpx2.Client) -> None:
    made = create(crm)
    assert set(made) == {"id", "Message", "attachments"}
    row = read(crm, made["id"])
    assert set(row) == FIELDS
    assert row["date"] == {"time": "2026-11-25T09:30:00Z", "timeStamp": 1795599000, "timeZone": "UTC"}
    assert (row["accountId"], row["contactId"], row["salesRepId"], row["opportunityId"]) == (1, 1, EMMA, None)
    assert row["emailTo"] == "emma@example.com, javier@example.com"
    assert (row["type"], row["mailFolder"], row["extId"]) == (1, "Inbox", "mail-1")
    assert (row["deleted"], row["dateUpdated"], row["dateDeleted"]) == (False, None, None)
    assert (row["salesRepIdCreated"], row["attachments"]) == (EMMA, [])
    assert row["dateCreated"].endswith("Z")


def test_links_may_be_left_out_or_say_none(crm: httpx2.Client) -> None:
    row = read(crm, create(crm, contactId=-1, accountId=None, opportunityId=-1)["id"])
    assert (row["contactId"], row["accountId"], row["opportunityId"]) == (None, None, None)
    assert refusal(crm.post("/emails", json={**MESSAGE, "contactId": 99999})) == (400, 902)


def test_recipients_are_taken_as_a_list_and_as_a_text(crm: httpx2.Client) -> None:
    assert read(crm, create(crm, emailTo="a@example.com")["id"])["emailTo"] == "a@example.com"
    for wrong in ([], [""], [5], 5, {}):
        assert refusal(crm.post("/emails", json={**MESSAGE, "emailTo": wrong})) == (400, 902)


@pytest.mark.parametrize(
    ("name", "limit"),
    [("body", 4000), ("emailFrom", 180), ("emailTo", 180), ("mailFolder", 180), ("extId", 100), ("subject", 255)],
)
def test_texts_over_their_limit_are_refused_or_cut(
    server: SandboxServer, crm: httpx2.Client, name: str, limit: int
) -> None:
    assert read(crm, create(crm, **{name: "ñ" * limit})["id"])[name] == "ñ" * limit
    answer = crm.post("/emails", json={**MESSAGE, name: "x" * (limit + 1)})
    assert refusal(answer) == (400, 902)
    assert name in answer.json()["error"]
    server.switches.overflow = "cut"
    assert read(crm, create(crm, **{name: "x" * (limit + 1)})["id"])[name] == "x" * limit


def test_the_limit_of_recipients_is_that_of_all_together(crm: httpx2.Client) -> None:
    answer = crm.post("/emails", json={**MESSAGE, "emailTo": ["a@example.com"] * 13})
    assert refusal(answer) == (400, 902)
    create(crm, emailTo=["a@example.com"] * 12)


@pytest.mark.parametrize("name", ["subject", "body", "emailFrom", "emailTo", "type"])
def test_what_a_message_must_say(crm: httpx2.Client, name: str) -> None:
    answer = crm.post("/emails", json={key: value for key, value in MESSAGE.items() if key != name})
    assert refusal(answer) == (400, 902)
    assert name in answer.json()["error"]


@pytest.mark.parametrize("wrong", [{"type": 2}, {"type": "1"}, {"date": "soon"}, {"bcc": "x"}, {"subject": None}])
def test_what_a_message_cannot_say(crm: httpx2.Client, wrong: dict[str, Any]) -> None:
    assert refusal(crm.post("/emails", json={**MESSAGE, **wrong})) == (400, 902)


def test_messages_are_listed_filtered_ordered_and_paged(crm: httpx2.Client) -> None:
    days = ["2026-11-20T08:00:00Z", "2026-11-22T08:00:00Z", "2026-11-21T08:00:00Z"]
    ids = [create(crm, extId=f"list-{day}", date=day, salesRepId=JAVIER)["id"] for day in days]

    def listed(where: str, **more: str) -> list[int]:
        answer = crm.get("/emails", params={"where": where, **more}, headers={"Count": "2"})
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()]

    mine = f"salesRepId={JAVIER} AND extId LIKE 'list-%'"
    assert listed(mine) == ids[:2]
    assert listed(mine, page="1") == ids[2:]
    assert listed(mine, order="date") == [ids[1], ids[2]]
    assert listed("extId IN ('list-2026-11-22T08:00:00Z','nothing')") == [ids[1]]
    assert listed(f"emailTo LIKE '%javier@%' AND date>='2026-11-21' AND salesRepId.id={JAVIER}") == ids[1:]
    assert listed("contactId IS NULL AND extId LIKE 'list-%'") == []


@pytest.mark.parametrize("wrong", ["attachments IS NULL", "attachments='x'", "attachments LIKE '%'", "bcc='x'"])
def test_what_messages_cannot_be_filtered_by(crm: httpx2.Client, wrong: str) -> None:
    assert refusal(crm.get("/emails", params={"where": wrong})) == (400, 901)
    assert refusal(crm.get("/emails", params={"order": "attachments"})) == (400, 901)


def test_the_schema_tells_limits_and_shapes(crm: httpx2.Client) -> None:
    told = crm.get("/emails/schema").json()["properties"]
    assert set(told) == FIELDS
    assert (told["body"]["maxLength"], told["emailTo"]["maxLength"], told["extId"]["maxLength"]) == (4000, 180, 100)
    assert (told["contactId"]["type"], told["contactId"]["table"]) == (["integer", "null"], "contacts")
    assert told["attachments"]["type"] == ["array", "null"]
    assert {name: part["readOnly"] for name, part in told["date"]["properties"].items()} == {
        **{"time": True, "timeStamp": True, "timeZone": True}
    }


def test_R12_a_logged_message_can_be_neither_changed_nor_deleted(server: SandboxServer, crm: httpx2.Client) -> None:
    made = create(crm, attachments=[{"name": "a.pdf", "size": 1}])
    before = read(crm, made["id"])
    assert refusal(crm.put(f"/emails/{made['id']}", json={"subject": "other"})) == (405, 904)
    assert refusal(crm.put(f"/emails/{made['id']}", json={"readOnly": False})) == (405, 904)
    assert refusal(crm.delete(f"/emails/{made['id']}")) == (405, 904)
    attachment = made["attachments"][0]["id"]
    assert refusal(crm.put(f"/documents/{attachment}", json={"name": "other"})) == (405, 904)
    assert refusal(crm.delete(f"/documents/{attachment}")) == (405, 904)
    assert without_locators(read(crm, made["id"])) == without_locators(before)


def without_locators(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "attachments": [{"id": each["id"], "name": each["name"]} for each in row["attachments"]]}


def test_a_missing_message_does_not_exist(crm: httpx2.Client) -> None:
    assert refusal(crm.get("/emails/99999")) == (400, -1)


# --- attachments -----------------------------------------------------------------------------------


def test_attachments_are_put_where_the_answer_says(crm: httpx2.Client, anyone: httpx2.Client, folder: Path) -> None:
    made = with_files(crm, ("offer.PDF", 5), ("../../evil", 0))
    first, second = made["attachments"]
    assert (first["name"], second["name"]) == ("offer.PDF", "../../evil")
    assert f"/storage/{first['id']:09d}.pdf?" in first["locator"]
    assert f"/storage/{second['id']:09d}?" in second["locator"]
    assert [set(each) for each in read(crm, made["id"])["attachments"]] == [{"id", "name", "locator"}] * 2
    assert anyone.put(first["locator"], content=b"%PDF-", headers=BYTES).status_code == 200
    assert anyone.put(first["locator"], content=b"other", headers=BYTES).status_code == 200  # repeatable
    assert anyone.put(second["locator"], content=b"", headers=BYTES).status_code == 200
    assert read(crm, made["id"])["attachments"] == [
        {"id": first["id"], "name": "offer.PDF"},
        {"id": second["id"], "name": "../../evil"},
    ]
    assert (folder / "files" / f"{first['id']:09d}").read_bytes() == b"other"
    row = crm.get("/emails", params={"where": f"id={made['id']}"}).json()[0]
    assert row["attachments"] == read(crm, made["id"])["attachments"]


def test_a_list_names_attachments_without_locators(crm: httpx2.Client) -> None:
    made = with_files(crm, ("a.txt", 1))
    row = crm.get("/emails", params={"where": f"id={made['id']}"}).json()[0]
    assert row["attachments"] == [{"id": made["attachments"][0]["id"], "name": "a.txt"}]


@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.replace("signature=", "signature=0"),
        lambda address: address.replace("expires=", "expires=9"),
        lambda address: address.partition("?")[0],
        lambda address: address.replace(".txt", ".exe"),
        lambda address: address.replace("/storage/0", "/storage/1"),
        lambda address: address.replace("/storage/", "/storage/..%2F"),
    ],
)
def test_only_signed_addresses_take_bytes(
    crm: httpx2.Client, anyone: httpx2.Client, change: Callable[[str], str]
) -> None:
    made = with_files(crm, ("a.txt", 1))
    answer = anyone.put(change(made["attachments"][0]["locator"]), content=b"x", headers=BYTES)
    assert answer.status_code in (403, 404)
    assert "locator" in read(crm, made["id"])["attachments"][0]


def test_a_signed_address_expires_and_reading_the_message_gives_another(
    server: SandboxServer, crm: httpx2.Client, anyone: httpx2.Client
) -> None:
    made = with_files(crm, ("a.txt", 1))
    server.clock_offset = LIFETIME + 60
    late = anyone.put(made["attachments"][0]["locator"], content=b"x", headers=BYTES)
    assert (late.status_code, "expired" in late.text) == (403, True)
    anew = read(crm, made["id"])["attachments"][0]["locator"]
    assert anyone.put(anew, content=b"x", headers=BYTES).status_code == 200


def test_bytes_of_another_size_or_kind_are_refused(crm: httpx2.Client, anyone: httpx2.Client) -> None:
    made = with_files(crm, ("a.txt", 3))
    address = made["attachments"][0]["locator"]
    assert anyone.put(address, content=b"four", headers=BYTES).status_code == 400
    assert anyone.put(address, content=iter([b"abc"]), headers=BYTES).status_code == 411
    assert anyone.put(address, content=b"abc", headers={"Content-Type": "text/html"}).status_code == 403
    assert anyone.get(address).status_code == 405
    assert "locator" in read(crm, made["id"])["attachments"][0]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        "a.txt",
        [5],
        [{"name": "a.txt"}],
        [{"size": 5}],
        [{"name": "", "size": 5}],
        [{"name": "a", "size": -1}],
        [{"name": "a", "size": "5"}],
        [{"name": "a" * 256, "size": 5}],
    ],
)
def test_attachments_have_a_name_and_a_size(server: SandboxServer, crm: httpx2.Client, wrong: object) -> None:
    before = len(server.store.rows("emails")), len(server.store.rows("documents"))
    assert refusal(crm.post("/emails", json={**MESSAGE, "attachments": wrong})) == (400, 902)
    assert (len(server.store.rows("emails")), len(server.store.rows("documents"))) == before


def test_an_upload_that_breaks_off_leaves_nothing(server: SandboxServer, crm: httpx2.Client, folder: Path) -> None:
    made = with_files(crm, ("a.bin", 500_000))
    here = set((folder / "files").iterdir())

    def broken() -> Iterator[bytes]:
        yield b"x" * 200_000
        raise ConnectionError("pulled out")

    address, headers = made["attachments"][0]["locator"], {**BYTES, "Content-Length": "500000"}
    with httpx2.Client() as cut, pytest.raises(ConnectionError):
        cut.put(address, content=broken(), headers=headers)
    server.stop()  # ends once what is under way has ended
    assert set((folder / "files").iterdir()) == here
    server.start()
    assert "locator" in read(crm, made["id"])["attachments"][0]


def test_documents_are_uploaded_the_same_way(crm: httpx2.Client, anyone: httpx2.Client) -> None:
    made = crm.post("/documents", json={"folderId": "-1", "name": "catalogue.pdf"}).json()
    assert set(made) == {"id", "locator"}
    assert isinstance(made["id"], str)
    assert anyone.put(made["locator"], content=b"any size", headers=BYTES).status_code == 200
    row = crm.get(f"/documents/{made['id']}").json()
    assert (row["name"], row["folderId"], row["emailId"], row["size"]) == ("catalogue.pdf", "-1", None, None)


# --- bad days ----------------------------------------------------------------------------------------


def test_an_answer_lost_after_storing(server: SandboxServer, crm: httpx2.Client, anyone: httpx2.Client) -> None:
    server.faults.lose_answer(method="POST", path="/emails", count=1)
    with pytest.raises(httpx2.TransportError):
        create(crm, extId="lost-1", attachments=[{"name": "a.txt", "size": 1}])
    (row,) = crm.get("/emails", params={"where": "extId='lost-1'"}).json()
    (attachment,) = read(crm, row["id"])["attachments"]
    server.faults.lose_answer(method="PUT", path="/storage/*", count=1)
    with pytest.raises(httpx2.TransportError):
        anyone.put(attachment["locator"], content=b"x", headers=BYTES)
    assert "locator" not in read(crm, row["id"])["attachments"][0]


def test_the_faults_of_the_storage(server: SandboxServer, crm: httpx2.Client, anyone: httpx2.Client) -> None:
    address = with_files(crm, ("a.txt", 1))["attachments"][0]["locator"]
    server.faults.status(429, method="PUT", path="/storage/*", count=1, retry_after=3)
    server.faults.status(500, method="PUT", path="/storage/*", skip=1, count=1)
    server.requests.reset()
    answers = [anyone.put(address, content=b"x", headers=BYTES) for _ in range(3)]
    assert [each.status_code for each in answers] == [429, 500, 200]
    assert answers[0].headers["retry-after"] == "3"
    assert server.requests.counts == {"PUT /storage/{id}": 3}
    server.faults.drop(path="/storage/*", count=1)
    with pytest.raises(httpx2.TransportError):
        anyone.put(address, content=b"x", headers=BYTES)


def test_the_limit_on_requests_is_the_apis_alone(
    server: SandboxServer, crm: httpx2.Client, anyone: httpx2.Client
) -> None:
    address = with_files(crm, ("a.txt", 1))["attachments"][0]["locator"]
    server.switches.rate_limit = 1.0
    statuses = [anyone.put(address, content=b"x", headers=BYTES).status_code for _ in range(5)]
    assert statuses == [200] * 5


def test_lists_of_messages_know_short_pages_and_stale_reads(server: SandboxServer, crm: httpx2.Client) -> None:
    where = {"where": "extId LIKE 'page-%'"}
    ids = [create(crm, extId=f"page-{number}")["id"] for number in range(3)]
    server.faults.short_pages(2, path="/emails")
    assert [each["id"] for each in crm.get("/emails", params=where).json()] == ids[:2]
    server.faults.clear()
    server.faults.stale_reads(path="/emails")
    create(crm, extId="page-9", attachments=[{"name": "late.txt", "size": 1}])
    assert [each["id"] for each in crm.get("/emails", params=where).json()] == ids


# --- pages -------------------------------------------------------------------------------------------

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
