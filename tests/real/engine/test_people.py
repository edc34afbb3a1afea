"""R23 with the real address book, kept from the CRM's own contacts and accounts."""

from __future__ import annotations

import pytest

from fm_desktop.addressbook import AddressBook
from fm_desktop.crm.directory import DirectoryReader
from fm_desktop.port import Side
from tests.real.engine.scene import BOSS, EMMA_ORGANISES, Scene, attendee, emma_invited, single


@pytest.fixture
def scene(scene: Scene) -> Scene:
    scene.directory = AddressBook(scene.store, DirectoryReader(scene.client, scene.user), scene.clock)
    scene.engine = scene.open("with-directory")
    return scene


def test_R23_participants_are_known_by_the_contacts_and_accounts_of_the_crm(scene: Scene) -> None:
    contact = scene.crm.store.rows("contacts", f"salesRepId = {scene.user}")[0]
    account = scene.crm.store.rows("accounts", f"salesRepId1 = {scene.user}")[1]
    scene.put("lunch", single("Lunch", EMMA_ORGANISES, emma_invited(), attendee(contact["email"].upper())))
    scene.put("demo", single("Demo", BOSS, emma_invited(), attendee(account["email"])))
    scene.put("pitch", single("Pitch", EMMA_ORGANISES, emma_invited(), attendee("bob@nowhere.example")))
    scene.sync()
    lunch, demo, pitch = scene.row("Lunch"), scene.row("Demo"), scene.row("Pitch")
    assert (lunch["contactId"]["id"], lunch["accountId"]["id"]) == (contact["id"], contact["accountId"]["id"])
    assert (demo["contactId"], demo["accountId"]["id"]) == (None, account["id"])
    assert (pitch["contactId"], pitch["accountId"]) == (None, None)
    assert "- bob@nowhere.example (not answered yet)" in pitch["comment"]
    scene.quiet()


def test_R23_a_contact_made_in_the_crm_becomes_the_chip_within_the_hour(scene: Scene) -> None:
    address = "new.person@nowhere.example"
    scene.put("pitch", single("Pitch", EMMA_ORGANISES, emma_invited(), attendee(address)))
    scene.sync()
    assert scene.row("Pitch")["contactId"] is None
    new = {"firstName": "New", "lastName": "Person", "email": address, "accountId": 1, "salesRepId": scene.user}
    contact = scene.crm.store.create("contacts", new)
    for _ in range(3):
        assert scene.later(20).requests[Side.CRM] <= 8
    assert scene.row("Pitch")["contactId"]["id"] == contact
    scene.crm.store.delete("contacts", contact)
    scene.quiet()
