import pytest

from fm_desktop.crm import account
from fm_desktop.port import Refused


def test_a_user_is_found_by_address_in_any_case(crm, client):
    user = account.find_user(client, " Emma@Example.COM ")
    assert (user.id, user.address, user.name, user.branch_id) == (1, "emma@example.com", "Emma Ruiz Navarro", 1)
    crm.store.update("users", 1, {"email": "Emma@Example.com"})
    assert account.find_user(client, "emma@example.com").id == 1


def test_a_user_who_is_not_there_or_not_active_is_told(crm, client):
    count = len(crm.store.rows("users"))
    with pytest.raises(Refused, match=rf"no user with the address nobody@example.com; {count} users") as told:
        account.find_user(client, "nobody@example.com")
    assert "My profile" in told.value.next_step
    crm.store.update("users", 1, {"isActive": False})
    with pytest.raises(Refused, match="switched off"):
        account.find_user(client, "emma@example.com")


def test_an_address_of_two_users_is_not_guessed(crm, client):
    crm.store.update("users", 2, {"email": "emma@example.com", "isActive": True})
    with pytest.raises(Refused, match="2 active users"):
        account.find_user(client, "emma@example.com")
    crm.store.update("users", 2, {"isActive": False})
    assert account.find_user(client, "emma@example.com").id == 1


def test_the_context_of_new_rows_comes_from_branch_and_types(client):
    user = account.find_user(client, "emma@example.com")
    context = account.context_for(client, user)
    assert (context.sales_rep_id, context.zone, context.branch_id) == (1, "Europe/Madrid", 1)
    names = {each["id"]: each["description"] for each in client.rows("activityTypes")}
    assert names[context.event_type_id] == names[context.task_type_id] == "Meeting"
    assert account.context_for(client, user, "America/New_York").zone == "America/New_York"


def test_types_not_offered_in_the_agenda_are_not_taken(crm, client):
    for each in client.rows("activityTypes"):
        if each["description"] != "Visit":
            crm.store.update("activityTypes", each["id"], {"visibleInAgendaActivities": False})
    assert client.get(f"activityTypes/{account.agenda_type(client, 1)}")["description"] == "Visit"
    crm.store.update("activityTypes", account.agenda_type(client, 1), {"visibleInAgendaActivities": False})
    assert account.agenda_type(client, 1) is None


def test_a_zone_that_is_not_known_leads_to_the_setting(crm, client):
    user = account.find_user(client, "emma@example.com")
    crm.store.update("timezones", 1, {"idIanaZone": "Romance Standard Time"})
    with pytest.raises(Refused, match="Romance Standard Time") as told:
        account.branch_zone(client, user)
    assert "time_zone" in told.value.next_step
    crm.store.update("branches", 1, {"timeZoneId": None})
    with pytest.raises(Refused, match="no time zone"):
        account.branch_zone(client, user)
    with pytest.raises(Refused, match="no branch"):
        account.branch_zone(client, account.User(1, "emma@example.com", "Emma", None))


@pytest.mark.parametrize("name", ["Nowhere/Town", "", "../etc/passwd", "Europe"])
def test_zones_that_are_none(name):
    with pytest.raises(Refused, match="no time zone"):
        account.checked_zone(name)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://api.forcemanager.com/api/v4", "api.forcemanager.com"),
        ("https://API.forcemanager.net/api/v4/", "api.forcemanager.com"),
        ("https://api.forcemanager.net:443/api/v4/", "api.forcemanager.com"),
        ("http://127.0.0.1:8600/api/v4", "127.0.0.1:8600"),
        ("https://apipre.forcemanager.net/api/v4", "apipre.forcemanager.net"),
    ],
)
def test_a_tenant_has_one_name_however_its_address_is_written(url, key):
    assert account.tenant_key(url) == key
