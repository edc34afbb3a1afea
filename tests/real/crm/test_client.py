import threading

import pytest

from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.crm.where import equals
from fm_desktop.port import Gone, Malformed, OutcomeUnknown, Refused, SignInNeeded, Throttled, Unreachable

NEW = {
    "subject": "Visit",
    "comment": "",
    "task": False,
    "allDay": True,
    "startDate": "26/11/25",
    "endDate": "26/11/25",
    "branchId": 1,
    "salesRepId": 1,
    "typeId": 4,
    "sendNotification": False,
}


def statuses(crm, method=None):
    return [each.status for each in crm.requests.log if method in (None, each.method)]


def test_an_expired_session_is_renewed_and_nothing_is_lost(crm, client):
    first = client.post("calendar", NEW)["id"]
    crm.expire_sessions()
    second = client.post("calendar", NEW)["id"]
    assert second == first + 1
    assert crm.requests.count("POST", "/login") == 2
    assert client.sign_ins == 2


def test_wrong_keys_need_a_sign_in(crm):
    with CrmClient(crm.url, crm.public_key, "wrong", Budget(None)) as client, pytest.raises(SignInNeeded):
        client.get("calendar/1")


def test_a_read_is_repeated_on_500_and_on_a_lost_answer(crm, client):
    crm.faults.status(500, method="GET", count=2)
    assert client.get("calendar/1")["id"] == 1
    crm.faults.drop(method="GET", count=1)
    assert client.get("calendar/1")["id"] == 1
    crm.faults.lose_answer(method="GET", count=1)
    assert client.get("calendar/1")["id"] == 1
    crm.faults.status(503, method="GET")
    with pytest.raises(Unreachable, match="503"):
        client.get("calendar/1")


@pytest.mark.parametrize("fault", ["lose_answer", "drop", "html", "truncate"])
def test_a_write_without_a_usable_answer_is_unknown_and_sent_once(crm, client, fault):
    client.get("calendar/1")
    getattr(crm.faults, fault)(method="POST", path="/calendar")
    with pytest.raises(OutcomeUnknown):
        client.post("calendar", NEW)
    assert crm.requests.count("POST", "/calendar") == 1


def test_a_hotel_page_is_malformed(crm, client):
    crm.faults.html(path="/calendar")
    with pytest.raises(Malformed, match="web page"):
        client.rows("calendar")


def test_half_an_answer_is_malformed(crm, client):
    crm.faults.truncate(path="/calendar")
    with pytest.raises(Malformed, match="no valid JSON"):
        client.rows("calendar")


def test_429_is_waited_out_for_writes_too(crm, client):
    client.get("calendar/1")
    before = len(crm.store.rows("calendar"))
    crm.faults.status(429, retry_after=3, method="POST", path="/calendar", count=2)
    client.post("calendar", NEW)
    assert statuses(crm, "POST") == [200, 429, 429, 200]
    assert len(crm.store.rows("calendar")) == before + 1


def test_429_without_end_is_told(crm, client):
    client.get("calendar/1")
    crm.faults.status(429, method="POST", path="/calendar")
    with pytest.raises(Throttled):
        client.post("calendar", NEW)


def test_a_server_that_is_off_is_unreachable(crm, client):
    client.get("calendar/1")
    crm.stop()
    with pytest.raises(Unreachable):
        client.post("calendar", NEW)


def test_refusals_carry_the_servers_words(client):
    with pytest.raises(Refused, match="subject"):
        client.post("calendar", NEW | {"subject": 5})
    with pytest.raises(Refused, match="nonsense"):
        client.rows("calendar", "nonsense=1")
    with pytest.raises(Refused, match="does not know"):
        client.rows("calender")
    with pytest.raises(Gone):
        client.get("calendar/99999")
    with pytest.raises(Gone):
        client.put("calendar/99999", {"subject": "x"})


def test_a_long_list_is_read_to_its_end_whatever_a_page_holds(crm, client):
    crm.store.load("calendar", [NEW | {"salesRepId": 2, "subject": f"Paged {number}"} for number in range(1203)])
    for most_rows in (1000, 100):
        crm.switches.set({"max_page_size": most_rows})
        rows = client.rows("calendar", "salesRepId=2 AND subject LIKE 'Paged %'")
        assert len({each["id"] for each in rows}) == len(rows) == 1203


def test_quotes_in_conditions(crm, client):
    crm.store.load("contacts", [{"firstName": "Sinéad", "lastName": "O'Brien", "accountId": 1, "salesRepId": 1}])
    found = client.rows("contacts", equals("lastName", "O'Brien"))
    assert [each["firstName"] for each in found] == ["Sinéad"]
    assert client.rows("contacts", equals("lastName", "x' OR 'a'='a")) == []


def test_the_budget_uses_the_limit_and_keeps_it_with_several_callers(crm, connect):
    crm.switches.set({"rate_limit": 40.0})
    client = connect(Budget(40.0))
    failures = []

    def caller() -> None:
        try:
            for _ in range(15):
                client.get("calendar/1")
        except Exception as error:  # noqa: BLE001 - told by the assertion
            failures.append(error)

    threads = [threading.Thread(target=caller) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failures == []
    assert client.requests == 61
    assert 429 not in statuses(crm)
