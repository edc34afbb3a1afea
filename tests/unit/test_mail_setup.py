"""From the settings to the mailbox: which server, which channels, whose addresses, what is never logged."""

from datetime import UTC, datetime

import pytest

from fm_desktop.errors import UsageError
from fm_desktop.mailbox import channels_of, keep_aliases, options_of
from fm_desktop.settings import ImapSettings, Settings, parse
from fm_desktop.settings_errors import SettingsError
from fm_desktop.setup import with_services_found
from fm_desktop.sync.control import Channel
from fm_desktop.sync.store import Store

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
BOTH = (Channel.EMAIL, Channel.CALENDAR)


def settings(address: str = "emma@company.example", more: str = "", caldav: bool = True) -> Settings:
    calendar = '[provider.caldav]\nurl = "https://dav.company.example/"\nuser = "emma.r"\n' if caldav else ""
    return parse(
        f'[crm]\nurl = "https://crm.example/api"\npublic_key = "pk"\nuser = "emma@company.example"\n'
        f'[provider]\naddress = "{address}"\n{calendar}{more}'
    )


def test_the_catalog_knows_the_mail_server_of_an_address(tmp_path):
    found = with_services_found(settings("emma@icloud.com"), tmp_path).provider.imap
    assert found is not None
    assert (found.host, found.port, found.security) == ("imap.mail.me.com", 993, "tls")


def test_an_administrators_catalog_names_the_mail_server_too(tmp_path):
    (tmp_path / "providers.toml").write_text(
        '[ours]\ntitle = "Ours"\ndomains = ["company.example"]\nsign_in = ["password"]\n'
        '[ours.calendar]\nprotocol = "caldav"\n[ours.mail]\nprotocol = "imap"\nhost = "mail.company.example"\nuser = "local-part"\n'
    )
    found = with_services_found(settings(), tmp_path).provider.imap
    assert found == ImapSettings(host="mail.company.example", user="emma")
    (tmp_path / "providers.toml").write_text("[ours]\n")
    with pytest.raises(SettingsError, match="ours"):
        with_services_found(settings(), tmp_path)


def test_without_a_mail_server_the_calendar_alone_is_synchronised(tmp_path):
    found = with_services_found(settings(), tmp_path)
    assert found.sync.channels == channels_of(found) == (Channel.CALENDAR,)


def test_without_a_mail_server_email_alone_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"mail server of emma@company\.example is not known"):
        with_services_found(settings(more='[sync]\nchannels = ["email"]\n', caldav=False), tmp_path)


def test_R02_both_channels_run_where_both_services_are_known(tmp_path):
    found = with_services_found(
        settings(more='[provider.imap]\nhost = "mail.company.example"\nuser = "emma"\n'), tmp_path
    )
    assert channels_of(found) == BOTH
    assert channels_of(settings()) == (Channel.CALENDAR,)


def test_addresses_and_domains_are_compared_as_headers_have_them(tmp_path):
    email = '[email]\nown_addresses = ["Sales@XN--BCHER-KVA.example"]\nnever_log = ["Ann@Home.Example", "@Bücher.example", "xn--bcher-kva.example"]\n'
    store = Store.open(tmp_path / "state.db")
    with store.transaction():
        store.run("INSERT INTO account (id, tenant, crm_user, address) VALUES (1, 'crm.example', '7', 'emma')")
    keep_aliases(store, {"emma.ruiz@company.example"})
    options = options_of(store, 1, 7, ["emma@crm.example"], settings(more=email), NOW)
    assert options.own == {
        "emma@company.example", "emma@crm.example", "emma.ruiz@company.example", "sales@bücher.example",
    }  # fmt: skip
    assert options.never_log == {"ann@home.example", "bücher.example"}
    assert options.is_never_logged("anybody@shop.bücher.example")
    assert not options.is_never_logged("anybody@home.example")
    store.close()
