"""Services that a settings file leaves out: found by name, by domain, by asking; refused in plain words."""

import pytest

from fm_desktop.errors import UsageError
from fm_desktop.port import Unreachable
from fm_desktop.providers.finding import LookupFailed, Lookups, Server
from fm_desktop.services import with_services_found
from fm_desktop.settings import Settings, parse
from fm_desktop.settings_errors import SettingsError
from fm_desktop.sync.control import Channel

BOTH = (Channel.EMAIL, Channel.CALENDAR)


def settings(address: str, *lines: str, channels: tuple[Channel, ...] = BOTH) -> Settings:
    named = "\n".join(lines)
    listed = ", ".join(f'"{each}"' for each in channels)
    return parse(
        f"""
[crm]
url = "https://crm.example/api/v4"
public_key = "pk"
user = "emma@crm.example"
[provider]
address = "{address}"
{named}
[sync]
channels = [{listed}]
"""
    )


def answering(*hosts: str, service: str | None = None, imap: Server | None = None) -> Lookups:
    return Lookups(lambda _: hosts, lambda _: service, lambda _: imap)


def silent(_: str):
    raise AssertionError("the network was asked")


NOBODY = Lookups(silent, silent, silent)


def test_R03_a_file_needs_the_address_alone_for_a_supported_provider(tmp_path):
    found = with_services_found(settings("emma@gmx.de"), tmp_path, NOBODY).provider
    assert found.name == "gmx"
    assert found.caldav.url == "https://caldav.gmx.net/"
    assert found.caldav.user == found.imap.user == "emma@gmx.de"
    assert found.imap.host == "imap.gmx.net"


def test_a_company_domain_is_found_by_its_mail_servers(tmp_path):
    found = with_services_found(settings("emma@acme.example"), tmp_path, answering("in1-smtp.messagingengine.com"))
    assert found.provider.name == "fastmail"
    assert found.provider.imap.host == "imap.fastmail.com"


def test_a_domain_with_services_of_its_own_is_asked_for_both(tmp_path):
    lookups = answering(service="https://dav.acme.example/", imap=Server("mail.acme.example", 993))
    found = with_services_found(settings("emma@acme.example"), tmp_path, lookups).provider
    assert found.name is None
    assert found.caldav.url == "https://dav.acme.example/"
    assert found.imap.host == "mail.acme.example"


def test_a_domain_that_names_no_mail_server_has_its_calendar_alone_synchronised(tmp_path):
    found = with_services_found(settings("emma@acme.example"), tmp_path, answering(service="https://dav.acme.example/"))
    assert found.sync.channels == (Channel.CALENDAR,)


def test_a_provider_can_be_named(tmp_path):
    found = with_services_found(settings("emma@acme.example", 'name = "icloud"'), tmp_path, NOBODY).provider
    assert found.caldav.url == "https://caldav.icloud.com/"
    assert found.imap.host == "imap.mail.me.com"


def test_a_kind_of_server_can_be_named_and_its_place_is_asked_for(tmp_path):
    lookups = answering(service="https://cloud.acme.example/dav/")
    named = settings("emma@acme.example", 'name = "nextcloud"', channels=(Channel.CALENDAR,))
    found = with_services_found(named, tmp_path, lookups).provider
    assert found.name == "nextcloud"
    assert found.caldav.url == "https://cloud.acme.example/dav/"


def test_an_administrators_entry_is_found_like_any_other(tmp_path):
    (tmp_path / "providers.toml").write_text(
        '[acme]\ntitle = "ACME"\ndomains = ["acme.example"]\nsign_in = ["password"]\n'
        '[acme.calendar]\nprotocol = "caldav"\naddress = "https://dav.acme.example/"\nuser = "local-part"\n',
        encoding="utf-8",
    )
    found = with_services_found(settings("emma@acme.example", channels=(Channel.CALENDAR,)), tmp_path, NOBODY).provider
    assert found.name == "acme"
    assert found.caldav.user == "emma"


def refusal(given: Settings, config, lookups: Lookups) -> UsageError:
    with pytest.raises(UsageError) as caught:
        with_services_found(given, config, lookups)
    return caught.value


def test_R31_a_bare_mail_domain_and_a_bare_mail_server_are_refused_with_the_list(tmp_path):
    domain = refusal(settings("emma@mail.example"), tmp_path, answering("mx.mail.example"))
    server = refusal(
        settings("emma@mail.example", "[provider.imap]", 'host = "imap.mail.example"', 'user = "emma"'),
        tmp_path,
        NOBODY,
    )
    for error in (domain, server):
        assert str(error).count("A bare IMAP or POP3 server") == 1
        assert "iCloud" in error.next_step
        assert "[provider.caldav]" in error.next_step


def test_a_provider_that_is_not_supported_yet_is_refused_with_the_reason(tmp_path):
    error = refusal(settings("emma@gmail.com"), tmp_path, NOBODY)
    assert str(error).startswith("Gmail and Google Workspace: Google opens calendars only")
    assert "Gmail" not in error.next_step


def test_a_name_nobody_knows_is_refused(tmp_path):
    assert '"acme"' in str(refusal(settings("emma@gmx.de", 'name = "acme"'), tmp_path, NOBODY))


def test_user_names_of_their_own_are_asked_for(tmp_path):
    error = refusal(settings("emma@ik.me"), tmp_path, NOBODY)
    assert "Infomaniak has user names of its own" in str(error)
    assert 'url = "https://sync.infomaniak.com/"' in error.next_step


def test_without_a_network_nothing_is_said_about_the_provider(tmp_path):
    def failing(_: str):
        raise LookupFailed("no network")

    with pytest.raises(Unreachable):
        with_services_found(settings("emma@acme.example"), tmp_path, Lookups(failing, lambda _: None, lambda _: None))


def test_an_administrators_catalog_that_is_wrong_is_told(tmp_path):
    (tmp_path / "providers.toml").write_text("[acme]\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"\[acme\] title is missing"):
        with_services_found(settings("emma@gmx.de"), tmp_path, NOBODY)


def test_what_the_file_names_is_left_alone(tmp_path):
    given = settings(
        "emma@acme.example",
        *("[provider.caldav]", 'url = "https://dav.acme.example/"', 'user = "emma"'),
        channels=(Channel.CALENDAR,),
    )
    assert with_services_found(given, tmp_path, NOBODY) == given
