"""The bytes of attachments: where they may go, with what, and what an upload can end with."""

import threading

import httpx2
import pytest

from fm_desktop.crm.budget import Budget
from fm_desktop.crm.emails_upload import checked_locator
from fm_desktop.model.message import Attachment
from fm_desktop.port import Gone, Malformed, Refused, Throttled, Unreachable
from tests.unit.crm.mail_log import PLACE, Service, attachment, log_of, ok


def told(status=200, text="", media_type="application/xml", **headers) -> httpx2.Response:
    """An answer whose body is read as it comes."""
    return httpx2.Response(status, content=iter([text.encode()]), headers={"content-type": media_type, **headers})


def test_bytes_are_streamed_with_their_length_and_without_the_session_key():
    service = Service(ok([]), told())
    log = log_of(service)
    log.find(["a"])  # signed in
    file = Attachment("a.pdf", "application/pdf", 6, lambda: iter([b"abc", b"", b"def"]))
    log.upload(PLACE, file)
    request = service.seen[-1]
    assert (request.method, str(request.url), request.content) == ("PUT", PLACE, b"abcdef")
    assert request.headers["content-length"] == "6"
    assert request.headers["content-type"] == "application/octet-stream"
    assert "transfer-encoding" not in request.headers
    assert "x-session-key" not in request.headers
    assert "the-key" not in str(request.headers.raw)
    assert "x-session-key" in service.seen[0].headers


def test_an_upload_may_be_repeated():
    service = Service(told(), told())
    log = log_of(service)
    log.upload(PLACE, attachment())
    log.upload(PLACE, attachment())
    assert [request.content for request in service.seen] == [b"abc", b"abc"]


class Counting(Budget):
    def __init__(self) -> None:
        super().__init__(None, wait=lambda seconds, event: False)
        self.turns = self.throttles = 0

    def acquire(self, *args, **more):
        self.turns += 1
        super().acquire(*args, **more)

    def throttled(self, retry_after):
        self.throttles += 1


def test_the_budget_is_spent_and_cut_only_at_forcemanagers_own_host():
    budget = Counting()
    service = Service(told(), told(429), told(), told(429))
    log = log_of(service, budget=budget)
    log.upload(PLACE, attachment())
    with pytest.raises(Throttled):
        log.upload(PLACE, attachment())
    assert (budget.turns, budget.throttles, log.requests) == (0, 0, 2)
    own = "https://CRM.example/storage/1?signature=abc"
    log.upload(own, attachment())
    with pytest.raises(Throttled):
        log.upload(own, attachment())
    assert (budget.turns, budget.throttles, log.requests) == (2, 1, 4)


@pytest.mark.parametrize(
    "locator",
    [
        "",
        "files.example/1",
        "ftp://files.example/1",
        "file:///etc/passwd",
        "http://files.example/1",
        "http://127.0.0.1/1",
        "http://localhost.files.example/1",
        "https://user:secret@files.example/1",
        "https:///1",
        "https://files.example:port/1",
        "https://files.example/\r\nX-Session-Key: y",
        "javascript:alert(1)",
    ],
)
def test_nothing_is_sent_to_a_place_that_is_no_secure_address(locator):
    service = Service()
    with pytest.raises(Refused, match="place for an attachment"):
        log_of(service).upload(locator, attachment())
    assert service.seen == []


@pytest.mark.parametrize("host", ["127.0.0.1:8600", "localhost", "[::1]:80"])
def test_a_forcemanager_on_this_computer_may_name_a_place_here(host):
    assert checked_locator(f"http://{host}/storage/1", "http://127.0.0.1:8600/api/v4").startswith("http://")
    with pytest.raises(Refused):
        checked_locator("http://192.168.1.5/storage/1", "http://127.0.0.1:8600/api/v4")


S3 = '<?xml version="1.0"?>\n<Error><Code>{}</Code><Message>{}</Message></Error>'


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (lambda: told(500), Unreachable, "offer.pdf”: HTTP 500"),
        (
            lambda: told(503, S3.format("SlowDown", "Reduce your request rate.")),
            Unreachable,
            "Reduce your request rate",
        ),
        (lambda: told(408), Unreachable, "offer.pdf"),
        (lambda: told(400, S3.format("RequestTimeout", "Your socket was idle.")), Unreachable, "idle"),
        (lambda: told(400, S3.format("ExpiredToken", "Too late.")), Gone, "Too late"),
        (lambda: told(403, S3.format("AccessDenied", "Request has expired")), Gone, "Request has expired"),
        (lambda: told(404), Gone, "not open any more"),
        (lambda: told(400, S3.format("EntityTooLarge", "Too big.")), Refused, "Too big"),
        (lambda: told(411, "<Error><Code>MissingContentLength</Code></Error>"), Refused, "MissingContentLength"),
        (lambda: told(429, **{"retry-after": "7"}), Throttled, "fewer attachments"),
        (lambda: told(307, location="https://elsewhere.example/"), Malformed, "HTTP 307"),
        (lambda: told(200, "<html>Please sign in</html>", "text/html; charset=utf-8"), Malformed, "storage service"),
        (lambda: httpx2.ReadTimeout("t"), Unreachable, "did not confirm the attachment “offer.pdf”"),
        (lambda: httpx2.WriteError("w"), Unreachable, "did not confirm"),
        (lambda: httpx2.RemoteProtocolError("hung up"), Unreachable, "did not confirm"),
        (lambda: httpx2.ConnectError("off"), Unreachable, "cannot be reached"),
    ],
)
def test_what_an_upload_can_end_with(answer, error, words):
    service = Service(answer())
    with pytest.raises(error, match=words) as caught:
        log_of(service).upload(PLACE, attachment())
    assert caught.value.next_step
    assert len(service.seen) == 1  # neither repeated nor redirected


def test_an_endless_answer_is_not_read():
    chunks = iter(lambda: b"x" * 1000, None)
    answer = httpx2.Response(400, content=chunks)
    with pytest.raises(Refused):
        log_of(Service(answer)).upload(PLACE, attachment())


def test_files_that_are_not_as_announced_or_cannot_be_read():
    def broken():
        yield b"a"
        raise OSError("gone")

    for size in (2, 4):
        with pytest.raises(Refused, match="not as long as"):
            log_of(Service(told())).upload(PLACE, attachment(b"abc", size=size))
    with pytest.raises(Unreachable, match="could not be read on this computer"):
        log_of(Service(told())).upload(PLACE, Attachment("a", "", 3, broken))


def test_stopping_ends_an_upload_at_the_next_piece():
    cancel = threading.Event()

    def chunks():
        yield b"a"
        cancel.set()
        yield b"b"

    with pytest.raises(Unreachable, match="being stopped"):
        log_of(Service(told()), cancel=cancel).upload(PLACE, Attachment("a", "", 2, chunks))
