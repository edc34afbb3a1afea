"""From a contact to their mail in one step (R13), conversations taken out, and contacts that come later."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from tests.real.mail.office import NOW, message
from tests.servers.command import EMMA


@pytest.fixture
def synced(office, contact, other_contact):
    office.deliver(message("Older", contact.address, date=NOW - timedelta(days=2)), message("Newer", contact.address))
    office.deliver(message("To you", EMMA, other_contact.address), folder="Sent")
    office.set_up()
    office.sync()
    return office


def test_R13_contacts_and_accounts_are_listed_with_their_last_messages(synced, contact, other_contact):
    (found,) = json.loads(synced.does("contacts", contact.address, "--json"))
    assert (found["contact_id"], found["account_id"]) == (contact.id, contact.account)
    assert [(each["subject"], each["direction"]) for each in found["messages"]] == [
        ("Newer", "received"),
        ("Older", "received"),
    ]
    everybody = json.loads(synced.does("contacts", "--json"))
    assert len(everybody) == 50
    account = next(
        each
        for each in json.loads(synced.does("contacts", "--json", "--limit", "500"))
        if each["contact_id"] is None and each["account_id"] == contact.account
    )
    assert account["messages"][0]["subject"] == "Newer"
    assert "← Newer" in synced.does("contacts", contact.address)
    assert "→ To you" in synced.does("contacts", other_contact.address)
    assert "No contact" in synced.does("contacts", "nobody-like-that")


def test_R13_writing_to_a_contact_opens_the_mail_program_with_nothing_but_the_address(synced, tmp_path):
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {opened}\n')
    browser.chmod(0o755)
    hostile = "ann+x@client.example?bcc=boss@other.example&body=hi"
    ended = synced.run("compose", hostile, BROWSER=f"{browser} %s")
    assert ended.code == 0, ended.err
    assert opened.read_text() == "mailto:ann%2Bx@client.example%3Fbcc%3Dboss@other.example%26body%3Dhi"
    assert synced.does("compose", "ann@client.example", "--print") == "mailto:ann@client.example\n"
    assert synced.run("compose", "nobody").code == 2


def test_a_conversation_that_is_taken_out_stays_out(synced, contact):
    number = json.loads(synced.does("contacts", contact.address, "--json"))[0]["messages"][0]["number"]
    assert "“Newer”" in synced.does("mail", "exclude", str(number))
    synced.deliver(
        message("Re: Newer", contact.address, In_Reply_To="<Newer@tests.example>"), message("Else", contact.address)
    )
    synced.sync()
    assert synced.subjects() == ["Else", "Newer", "Older", "To you"]
    assert "you took its conversation out" in synced.does("explain", "Re: Newer")
    assert synced.run("mail", "exclude", "no such subject").code == 2
    letters = json.loads(synced.does("contacts", contact.address, "--json"))[0]["messages"]
    assert {each["subject"]: each["is_excluded"] for each in letters} == {"Else": False, "Newer": True, "Older": False}
    assert "is logged again" in synced.does("mail", "include", str(number))
    synced.sync()
    assert synced.subjects() == ["Else", "Newer", "Older", "Re: Newer", "To you"]


def test_why_a_message_is_logged_is_explained(synced, contact):
    assert "is logged in ForceManager (no. " in synced.does("explain", "Older")


def test_R10_a_contact_that_is_added_later_brings_its_mail_of_the_chosen_history(synced, contact):
    new = "later@newcomer.example"
    for days in (1, 20):
        moment = NOW - timedelta(days=days)
        synced.deliver(message(f"{days} days ago", new, date=moment), received=moment)
    synced.deliver(message("To the newcomer", EMMA, new), folder="Sent")
    synced.sync()
    before = synced.subjects()
    user = synced.sandbox.store.rows("users", f"email = '{EMMA}'")[0]["id"]
    person = {"firstName": "New", "lastName": "Comer", "email": new, "salesRepId": user, "accountId": contact.account}
    synced.sandbox.store.create("contacts", person)
    forget_when_contacts_were_read(synced)
    assert synced.sync()["emails_logged"] == 3
    assert sorted(set(synced.subjects()) - set(before)) == ["1 days ago", "20 days ago", "To the newcomer"]
    assert synced.sync()["emails_logged"] == 0


def forget_when_contacts_were_read(office) -> None:
    """They are read on every few minutes, which a test cannot wait for."""
    with closing(sqlite3.connect(office.home / "state" / "sync.sqlite3")) as db, db:
        db.execute("DELETE FROM meta WHERE key IN ('directory_refreshed', 'directory_anew')")
