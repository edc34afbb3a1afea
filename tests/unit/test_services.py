"""Services that a settings file leaves out: found by name, by domain, by asking; refused in plain words."""

import pytest

from fm_desktop.errors import UsageError
from fm_desktop.port import Unreachable
from fm_desktop.providers.autodiscover import ExchangeServer
from fm_desktop.providers.finding import LookupFailed, Lookups, Server
from fm_desktop.services import with_services_found
from fm_desktop.settings import CalDavSettings, EwsSettings, GraphSettings, Settings, parse
from fm_desktop.settings_errors import SettingsError
from fm_desktop.sync.control import Channel

BOTH = (Channel.EMAIL, Channel.CALENDAR)
CALDAV_V2 = "https://apidata.googleusercontent.com/caldav/v2/"


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
    return Lookups(lambda _: hosts, lambda _: service, lambda _: imap, nothing)


def nothing(_: str) -> None:
    return None


def silent(_: str):
    raise AssertionError("the network was asked")


NOBODY = Lookups(silent, silent, silent, silent)


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


def test_a_provider_that_wants_a_client_id_is_refused_with_the_reason(tmp_path):
    error = refusal(settings("emma@gmail.com"), tmp_path, NOBODY)
    assert str(error).startswith("Gmail and Google Workspace: Only programs that an administrator has registered")


def test_R30_google_and_microsoft_are_signed_in_to_with_the_browser(tmp_path):
    ids = "".join(f'[{each}.oauth]\nclient_id = "ours"\n' for each in ("gmail", "microsoft-365"))
    (tmp_path / "providers.toml").write_text(ids, encoding="utf-8")
    google = with_services_found(settings("emma@gmail.com"), tmp_path, NOBODY).provider
    assert (google.name, google.sign_in, google.user) == ("gmail", "oauth", "emma@gmail.com")
    assert google.calendar == CalDavSettings(url=f"{CALDAV_V2}emma@gmail.com/user", user="emma@gmail.com")
    assert google.imap.host == "imap.gmail.com"
    microsoft = with_services_found(settings("emma@acme.onmicrosoft.com"), tmp_path, NOBODY).provider
    assert (microsoft.name, microsoft.sign_in) == ("microsoft-365", "oauth")
    assert microsoft.calendar == GraphSettings()
    assert microsoft.has_mail


def test_R30_an_exchange_server_is_signed_in_to_with_the_password(tmp_path):
    url = "https://mail.acme.example/EWS/Exchange.asmx"
    lookups = Lookups(lambda _: (), nothing, nothing, lambda _: ExchangeServer(url))
    exchange = with_services_found(settings("emma@acme.example"), tmp_path, lookups).provider
    assert (exchange.name, exchange.sign_in) == ("exchange", "password")
    assert exchange.calendar == EwsSettings(user="emma@acme.example", url=url)
    assert exchange.has_mail


def test_mail_that_is_read_by_the_calendars_protocol_needs_no_server_of_its_own(tmp_path):
    (tmp_path / "providers.toml").write_text('[outlook.oauth]\nclient_id = "ours"\n', encoding="utf-8")
    found = with_services_found(settings("emma@outlook.com", channels=(Channel.EMAIL,)), tmp_path, NOBODY)
    assert found.provider.graph is not None
    assert found.sync.channels == (Channel.EMAIL,)


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
        with_services_found(settings("emma@acme.example"), tmp_path, Lookups(failing, nothing, nothing, nothing))


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
