import json
import ssl
import threading

import httpx2
import pytest

from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.port import (
    Gone,
    Malformed,
    OutcomeUnknown,
    Refused,
    SignInNeeded,
    Throttled,
    Unreachable,
)

URL = "https://crm.example/api/v4"


class Server:
    """Answers by a script: a status, a response, an exception, or a function, one per request after signing in."""

    def __init__(self, *script) -> None:
        self.script = list(script)
        self.seen: list[httpx2.Request] = []
        self.sign_ins = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        if request.url.path.endswith("/login") and not (self.script and self.script[0] == "login"):
            self.sign_ins += 1
            return httpx2.Response(200, json={"token": f"key-{self.sign_ins}"})
        if self.script and self.script[0] == "login":
            self.script.pop(0)
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        if isinstance(step, int):
            return httpx2.Response(step, json={"code": step, "error": "of its own"})
        return step


def ok(value, **headers) -> httpx2.Response:
    return httpx2.Response(200, json=value, headers=headers)


def failed(status: int, **body) -> httpx2.Response:
    return httpx2.Response(status, json=body)


HTML = httpx2.Response(200, text="<html>Please sign in</html>", headers={"content-type": "text/html"})
BROKEN = httpx2.Response(200, text='{"id": 1')


def client_of(server: Server, cancel=None, **more) -> CrmClient:
    waits: list[float] = []

    def wait(seconds, event):
        waits.append(seconds)
        now[0] += seconds
        return event is not None and event.is_set()

    now = [0.0]
    budget = Budget(None, clock=lambda: now[0], wait=wait, chance=lambda: 0.0)
    client = CrmClient(
        URL, "public-1", "private-1", budget, transport=httpx2.MockTransport(server), cancel=cancel, **more
    )
    client.waits = waits
    return client


WRITES = [
    lambda client: client.post("calendar", {"subject": "x"}),
    lambda client: client.put("calendar/5", {"subject": "x"}),
    lambda client: client.delete("calendar/5"),
]
LOST = [
    httpx2.ReadTimeout("t"),
    httpx2.WriteTimeout("t"),
    httpx2.ReadError("r"),
    httpx2.WriteError("w"),
    httpx2.RemoteProtocolError("hung up"),
    500,
    502,
    503,
    408,
    302,
    HTML,
    BROKEN,
    ok(["no record"]),
]


@pytest.mark.parametrize("trouble", LOST, ids=lambda each: getattr(each, "text", None) or repr(each))
@pytest.mark.parametrize("write", WRITES, ids=["post", "put", "delete"])
def test_a_write_whose_answer_is_unusable_is_unknown_and_never_repeated(write, trouble):
    server = Server(trouble, ok({"id": 1}))
    with pytest.raises(OutcomeUnknown):
        write(client_of(server))
    assert len(server.seen) == 2  # the sign-in and the one write


@pytest.mark.parametrize(
    "trouble",
    [httpx2.ConnectError("c"), httpx2.ConnectTimeout("c"), httpx2.PoolTimeout("p"), httpx2.ProxyError("p")],
    ids=repr,
)
@pytest.mark.parametrize("write", WRITES, ids=["post", "put", "delete"])
def test_a_write_that_never_left_is_unreachable(write, trouble):
    with pytest.raises(Unreachable):
        write(client_of(Server(trouble)))


@pytest.mark.parametrize("trouble", LOST[:9], ids=repr)
def test_a_read_is_repeated_with_growing_pauses(trouble):
    server = Server(trouble, trouble, trouble, ok({"id": 5}))
    client = client_of(server)
    assert client.get("calendar/5") == {"id": 5}
    assert client.requests == 5
    assert client.sign_ins == 1
    assert len(client.waits) == 3
    assert all(longest / 2 <= wait <= longest for wait, longest in zip(client.waits, [0.5, 1.0, 2.0], strict=True))


def test_a_read_gives_up_in_the_end():
    with pytest.raises(Unreachable, match="HTTP 503"):
        client_of(Server(*[503] * 4)).get("calendar/5")
    with pytest.raises(Unreachable, match="time allowed"):
        client_of(Server(*[httpx2.ReadTimeout("t")] * 4)).get("calendar/5")


def test_being_offline_is_told_at_once():
    client = client_of(Server(httpx2.ConnectError("c")))
    with pytest.raises(Unreachable, match="cannot be reached") as told:
        client.get("calendar/5")
    assert "internet connection" in told.value.next_step
    assert client.waits == []


def test_a_certificate_that_is_not_trusted_has_its_own_words():
    error = httpx2.ConnectError("c")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed")
    with pytest.raises(Unreachable, match="certificate"):
        client_of(Server(error)).get("calendar/5")


@pytest.mark.parametrize(
    "answer",
    [HTML, BROKEN, ok([]), httpx2.Response(302, headers={"location": "/portal"})],
    ids=["html", "broken", "list", "redirect"],
)
def test_a_read_of_something_else_is_malformed(answer):
    with pytest.raises(Malformed):
        client_of(Server(answer)).get("calendar/5")


@pytest.mark.parametrize("answer", [ok({}), ok([1]), ok([None]), ok("x")], ids=["object", "number", "null", "text"])
def test_a_list_that_is_none_is_malformed(answer):
    with pytest.raises(Malformed):
        client_of(Server(answer)).rows("calendar")


def test_an_expired_session_is_renewed_once_and_the_write_repeated():
    server = Server(ok({"id": 1}), 401, ok({"id": 2}))
    client = client_of(server)
    client.post("calendar", {})
    assert client.post("calendar", {}) == {"id": 2}
    assert [each.headers.get("x-session-key") for each in server.seen] == [None, "key-1", "key-1", None, "key-2"]


def test_a_session_refused_again_needs_a_sign_in():
    with pytest.raises(SignInNeeded, match="API keys") as told:
        client_of(Server(401, 401)).get("calendar/5")
    assert "API key management" in told.value.next_step


@pytest.mark.parametrize("status", [400, 401, 403])
def test_wrong_keys_need_a_sign_in(status):
    with pytest.raises(SignInNeeded):
        client_of(Server("login", status)).get("calendar/5")


@pytest.mark.parametrize(
    "answer", [ok({}), ok({"token": 5}), ok({"token": "a\nb"}), HTML], ids=["none", "number", "lines", "html"]
)
def test_a_sign_in_without_a_session_key_is_malformed(answer):
    with pytest.raises(Malformed):
        client_of(Server("login", answer)).post("calendar", {})


def test_a_write_is_not_sent_when_signing_in_fails():
    with pytest.raises(Unreachable):
        client_of(Server("login", httpx2.ConnectError("c"))).post("calendar", {})


def test_a_kept_session_key_saves_the_sign_in():
    server = Server(ok({"id": 1}))
    client = client_of(server, session_key="kept")
    client.get("calendar/1")
    assert client.requests == 1
    assert server.seen[0].headers["x-session-key"] == "kept"


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (failed(400, code=-1, error="not exist"), Gone, "Record 5"),
        (failed(400, Message="Entity does not exist"), Gone, "Record 5"),
        (failed(404), Gone, "Record 5"),
        (failed(400, code=-1, error="typeId 9 does exist not"), Refused, "typeId 9"),
        (failed(400, error="contact 9 does not exist"), Refused, "contact 9"),
        (failed(400, Message="Bad Request"), Refused, "Bad Request"),
        (httpx2.Response(400, text="oops"), Refused, "HTTP 400"),
        (httpx2.Response(400, json=["x"]), Refused, "HTTP 400"),
        (failed(403, error="keys may only read"), Refused, "keys may only read"),
    ],
)
def test_refusals_of_a_record(answer, error, words):
    with pytest.raises(error, match=words):
        client_of(Server(answer)).put("calendar/5", {})


def test_refusals_of_a_list():
    with pytest.raises(Refused, match="SQL"):
        client_of(Server(failed(400, code=901, error="SQL is not generated correctly"))).rows("calendar", "x=")
    with pytest.raises(Refused, match="does not know “calender”"):
        client_of(Server(failed(400, code=910, error="no such resource"))).rows("calender")
    with pytest.raises(Refused, match="not exist"):
        client_of(Server(failed(400, code=-1, error="not exist"))).post("calendar", {})


def test_429_waits_and_repeats_a_write_too():
    server = Server(httpx2.Response(429, headers={"retry-after": "7"}), ok({"id": 3}))
    client = client_of(server)
    assert client.post("calendar", {}) == {"id": 3}
    assert client.waits == [7.0]


def test_429_is_told_in_the_end_or_at_once_if_the_pause_is_long():
    client = client_of(Server(*[429] * 8))
    with pytest.raises(Throttled):
        client.post("calendar", {})
    client = client_of(Server(httpx2.Response(429, headers={"retry-after": "600"})))
    with pytest.raises(Throttled) as told:
        client.post("calendar", {})
    assert told.value.retry_after == 600
    with pytest.raises(Throttled):
        client.post("calendar", {})
    assert client.requests == 2  # the sign-in and the first write: the second was not sent into the pause


def test_a_retry_after_date_is_counted_on_the_servers_clock():
    headers = {"retry-after": "Wed, 01 Jan 2020 00:00:09 GMT", "date": "Wed, 01 Jan 2020 00:00:04 GMT"}
    client = client_of(Server(httpx2.Response(429, headers=headers), ok({"id": 3})))
    client.get("calendar/3")
    assert client.waits == [5.0]


@pytest.mark.parametrize("value", ["soon", "Wed, 99 Jan 2020", ""])
def test_a_retry_after_that_is_none_is_passed_over(value):
    client = client_of(Server(httpx2.Response(429, headers={"retry-after": value}), ok({"id": 3})))
    client.get("calendar/3")
    assert client.waits == [1.0]


def test_cancelling_ends_waits_and_sends_nothing_more():
    cancel = threading.Event()
    server = Server(503)
    client = client_of(server, cancel=cancel, session_key="kept")
    server.script[0] = httpx2.Response(503)
    client.waits.clear()
    cancel.set()
    with pytest.raises(Unreachable, match="being stopped"):
        client.get("calendar/3")
    assert server.seen == []


def test_pages_are_zero_based_and_end_with_an_empty_one():
    server = Server(ok([{"id": 1}, {"id": 2}]), ok([{"id": 3}]), ok([]))
    client = client_of(server)
    assert [each["id"] for each in client.rows("calendar", "extId='O''Brien'")] == [1, 2, 3]
    assert [each.url.params["page"] for each in server.seen[1:]] == ["0", "1", "2"]
    assert {each.headers["count"] for each in server.seen[1:]} == {"500"}
    assert server.seen[1].url.params["where"] == "extId='O''Brien'"


def test_the_request_names_the_program_and_the_body_is_json():
    server = Server(ok({"id": 1}))
    client_of(server).post("calendar", {"subject": "ñ"})
    assert server.seen[1].headers["user-agent"].startswith("FM-Desktop/")
    assert server.seen[1].headers["content-type"] == "application/json"
    assert json.loads(server.seen[1].content) == {"subject": "ñ"}
    assert json.loads(server.seen[0].content) == {"username": "public-1", "password": "private-1"}


def test_no_secret_shows(caplog):
    caplog.set_level("DEBUG")
    server = Server(503, 401, ok({"id": 1}))
    with client_of(server) as client:
        client.get("calendar/1")
        shown = repr(client) + caplog.text
    with pytest.raises(SignInNeeded) as told:
        client_of(Server("login", 401)).get("calendar/5")
    shown += str(told.value) + told.value.next_step
    assert caplog.text
    assert not any(secret in shown for secret in ("private-1", "public-1", "key-1", "key-2"))


@pytest.mark.parametrize("url", ["", "crm.example", "ftp://crm.example", "https://", "https://crm:x"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(Refused, match="no address"):
        CrmClient(url, "a", "b", Budget(None))


def test_threads_that_find_a_session_stale_together_sign_in_once():
    barrier = threading.Barrier(4)
    sign_ins = []

    def server(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/login"):
            sign_ins.append(1)
            return ok({"token": "fresh"})
        if request.headers["x-session-key"] == "stale":
            barrier.wait()
            return httpx2.Response(401)
        return ok({"id": 1})

    client = CrmClient(URL, "a", "b", Budget(None), transport=httpx2.MockTransport(server), session_key="stale")
    results = []
    threads = [threading.Thread(target=lambda: results.append(client.get("calendar/1"))) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert results == [{"id": 1}] * 4
    assert len(sign_ins) == 1
    assert client.requests == 9


def test_a_read_over_the_limit_is_left_to_the_next_cycle_sooner_than_a_write():
    """Where thousands share a limit, the tries of those who are turned away are most of its load."""
    for ask, tries in ((lambda client: client.get("calendar/3"), 3), (lambda client: client.post("calendar", {}), 8)):
        client = client_of(Server(*[429] * 10), session_key="kept")
        with pytest.raises(Throttled):
            ask(client)
        assert client.requests == client.throttled == tries
