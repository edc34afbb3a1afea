"""Contacts and accounts as they are listed, and the way from an address to the user's mail provider (R13)."""

from datetime import UTC, datetime

import pytest

from fm_desktop.crm.directory import Directory, Entry
from fm_desktop.people import MailLinks, found, mail_links
from fm_desktop.providers import catalog
from fm_desktop.settings import ImapSettings, ProviderSettings

DIRECTORY = Directory(
    {1: Entry(("ann@client.example",), "Ann", 10), 2: Entry(("bob@client.example", "bob@home.example"), "Bob", 10)},
    {10: Entry(("info@client.example",), "Client Ltd")},
)
NOTHING: tuple[dict, dict] = ({}, {})


def names(text: str = "", newest=NOTHING, limit: int = 10) -> list[str]:
    return [each.name for each in found(DIRECTORY, text, newest, limit)]


def test_R13_people_are_found_by_name_company_and_address():
    assert names() == ["Ann", "Bob", "Client Ltd"]
    assert names("CLIENT LTD") == ["Ann", "Bob", "Client Ltd"]
    assert names("home.example") == ["Bob"]
    assert names("nobody") == []
    assert found(DIRECTORY, "ann", NOTHING, 1)[0].company == "Client Ltd"


def test_who_was_written_with_last_comes_first():
    day = datetime(2026, 11, 20, tzinfo=UTC)
    newest = ({2: day}, {10: day.replace(day=21)})
    assert names(newest=newest) == ["Client Ltd", "Bob", "Ann"]
    assert names(newest=newest, limit=1) == ["Client Ltd"]


@pytest.mark.parametrize(
    ("provider", "links"),
    [
        (
            ProviderSettings(address="emma@gmail.com"),
            MailLinks(
                "https://mail.google.com/mail/?authuser=emma@gmail.com&view=cm&fs=1&to=ann@client.example",
                "https://mail.google.com/mail/?authuser=emma@gmail.com#search/from%3Aann@client.example+OR+to%3Aann@client.example",
            ),
        ),
        (
            ProviderSettings(address="emma@company.example", imap=ImapSettings(host="imap.gmail.com", user="emma")),
            MailLinks(
                "https://mail.google.com/mail/?authuser=emma@company.example&view=cm&fs=1&to=ann@client.example",
                "https://mail.google.com/mail/?authuser=emma@company.example#search/from%3Aann@client.example+OR+to%3Aann@client.example",
            ),
        ),
        (ProviderSettings(address="emma@company.example"), MailLinks("mailto:ann@client.example", "")),
    ],
)
def test_R13_writing_goes_to_the_providers_page_or_to_the_mail_program(provider, links):
    assert mail_links("ann@client.example", provider, catalog.load()) == links


def test_an_address_cannot_become_another_part_of_a_link():
    for address in ("emma@gmail.com", "emma@company.example"):
        link = mail_links(
            "a@b.example?bcc=x@y.example&body=hi#z\r\n", ProviderSettings(address=address), catalog.load()
        )
        assert link.compose.endswith("a@b.example%3Fbcc%3Dx@y.example%26body%3Dhi%23z%0D%0A")
