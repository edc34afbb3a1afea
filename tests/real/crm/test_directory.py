import pytest

from fm_desktop.crm.directory import DirectoryReader, DirectoryState, state_from
from fm_desktop.model.items import Party
from fm_desktop.port import Unreachable


def contact(**values):
    return {"firstName": "Ana", "lastName": "O'Brien", "accountId": 1, "salesRepId": 1, **values}


class Reader:
    """Steps as the program does: the state goes through its text every time."""

    def __init__(self, client) -> None:
        self.client = client
        self.reader = DirectoryReader(client, 1)
        self.state = DirectoryState()

    def step(self) -> int:
        before = self.client.requests
        self.state = state_from(self.reader.step(self.state).to_text())
        return self.client.requests - before

    def steps(self) -> None:
        self.step()
        self.step()

    @property
    def directory(self):
        return self.state.directory


@pytest.fixture
def reader(client) -> Reader:
    client.get("users/1")
    return Reader(client)


def test_both_lists_are_read_in_two_steps_and_then_one_request_a_step(crm, reader):
    assert not reader.state.is_complete
    reader.step()
    assert not reader.state.is_complete
    reader.step()
    assert reader.state.is_complete
    assert [reader.step() for _ in range(6)] == [1] * 6
    own = crm.store.rows("contacts", "salesRepId=1 AND deleted=false")
    assert set(reader.directory.contacts) == {
        each["id"] for each in own if any(each[name] for name in ("email", "email2", "email3"))
    }
    assert set(reader.directory.contacts) < {each["id"] for each in crm.store.rows("contacts")}


def test_every_address_of_a_contact_is_known_in_any_case_with_its_account(crm, reader):
    made = crm.store.create(
        "contacts", contact(email="Ana@New.example", email2=" ana.2@new.example", email3="ana3@new.example")
    )
    reader.steps()
    for address in ("ana@new.example", "ANA.2@new.example ", "Ana3@New.Example"):
        assert reader.directory.lookup(address) == Party(made, 1)
        assert reader.directory.find(address).name == "Ana O'Brien"
        assert address.strip().lower() in reader.directory.addresses()
    assert reader.directory.lookup("stranger@example.org") == Party()
    assert reader.directory.find("stranger@example.org") is None
    assert reader.directory.find("") is None


def test_accounts_are_known_whichever_of_their_five_owners_the_user_is(crm, reader):
    made = crm.store.create(
        "accounts", {"name": "New Ltd", "branchId": 1, "salesRepId1": 2, "salesRepId4": 1, "email": "Info@New.example"}
    )
    crm.store.create("accounts", {"name": "Other Ltd", "branchId": 1, "salesRepId1": 2, "email": "info@other.example"})
    reader.steps()
    assert reader.directory.lookup("info@new.example") == Party(None, made)
    assert reader.directory.find("info@new.example").name == "New Ltd"
    assert reader.directory.find("info@other.example") is None


def test_changes_and_deletions_arrive_with_the_next_steps(crm, reader):
    made = crm.store.create("contacts", contact(email="a@new.example"))
    reader.steps()
    crm.store.update("contacts", made, {"email": "b@new.example"})
    reader.steps()
    assert reader.directory.lookup("b@new.example").contact_id == made
    assert reader.directory.find("a@new.example") is None
    crm.store.delete("contacts", made)
    reader.steps()
    assert reader.directory.find("b@new.example") is None
    assert [reader.step() for _ in range(2)] == [1, 1]


def test_where_several_match_a_contact_wins_and_among_them_the_oldest(crm, reader):
    account = crm.store.create("accounts", {"name": "New", "branchId": 1, "salesRepId1": 1, "email": "a@new.example"})
    reader.steps()
    assert reader.directory.lookup("a@new.example") == Party(None, account)
    first = crm.store.create("contacts", contact(email="a@new.example"))
    crm.store.create("contacts", contact(email2="a@new.example"))
    reader.steps()
    assert reader.directory.lookup("a@new.example") == Party(first, 1)


def test_a_record_given_to_a_colleague_drops_out_when_all_is_read_anew(crm, reader):
    made = crm.store.create("contacts", contact(email="a@new.example"))
    reader.steps()
    crm.store.update("contacts", made, {"salesRepId": 2})
    reader.state = reader.state.anew()
    assert reader.directory.find("a@new.example") is not None
    reader.steps()
    assert reader.directory.find("a@new.example") is None


def test_a_failed_step_leaves_the_state_as_it_was(crm, reader):
    reader.steps()
    before = reader.state.to_text()
    crm.faults.status(503, path="/contacts")
    with pytest.raises(Unreachable):
        reader.step()
    assert reader.state.to_text() == before


@pytest.mark.parametrize(
    "text", [None, "", "nonsense", "[]", "{}", '{"contacts": [], "accounts": {}, "marks": {}, "turn": "contacts"}']
)
def test_a_state_that_is_none_starts_from_nothing(text):
    assert state_from(text) == DirectoryState()
