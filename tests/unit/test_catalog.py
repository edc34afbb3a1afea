"""The catalog of services: what comes with the program, what an administrator may add, what is told of mistakes."""

from pathlib import Path

import pytest

from fm_desktop import resources
from fm_desktop.providers import catalog
from fm_desktop.providers.caldav.quirks import is_known
from fm_desktop.providers.catalog import Catalog, CatalogError, UserName

OWN = """
[acme]
title = "ACME"
domains = ["acme.example"]
sign_in = ["password"]
[acme.calendar]
protocol = "caldav"
address = "https://dav.acme.example/"
"""


@pytest.fixture(scope="module")
def bundled() -> Catalog:
    return catalog.load()


def refusal(text: str) -> str:
    with pytest.raises(CatalogError) as caught:
        catalog.parse(text)
    assert caught.value.next_step == "Correct providers.toml."
    return str(caught.value)


def test_R30_every_service_of_the_mission_is_known(bundled):
    names = {each.name for each in bundled.all()}
    assert {"gmail", "microsoft-365", "outlook", "exchange", "yahoo", "aol", "icloud", "fastmail"} <= names
    assert {"gmx", "web-de", "mailbox-org", "posteo", "zoho", "infomaniak", "migadu", "disroot"} <= names


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("gmail.com", "gmail"),
        ("Hotmail.ES", "outlook"),
        ("acme.onmicrosoft.com", "microsoft-365"),
        ("me.com", "icloud"),
        ("yahoo.co.uk", "yahoo"),
        ("gmx.de", "gmx"),
        ("gmx.com", "gmx-com"),
        ("web.de", "web-de"),
    ],
)
def test_a_domain_leads_to_its_service(bundled, domain, name):
    assert bundled.of_domain(domain).name == name


@pytest.mark.parametrize("domain", ["acme.example", "notgmail.com", "gmail.com.evil.example", "", "onmicrosoft.com"])
def test_a_strange_domain_leads_to_none(bundled, domain):
    assert bundled.of_domain(domain) is None


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("alt3.ASPMX.l.google.com.", "gmail"),
        ("acme-com.mail.protection.outlook.com", "microsoft-365"),
        ("outlook-com.olc.protection.outlook.com", "outlook"),
        ("mta7.am0.yahoodns.net", "yahoo"),
        ("mx-aol.mail.gm0.yahoodns.net", "aol"),
        ("mx02.mail.icloud.com", "icloud"),
        ("in1-smtp.messagingengine.com", "fastmail"),
        ("aspmx2.migadu.com", "migadu"),
    ],
)
def test_mail_servers_lead_to_the_service_that_takes_in_the_mail(bundled, host, name):
    assert bundled.of_mail_servers(["mx.acme.example", host]).name == name


def test_no_pattern_belongs_to_two_services(bundled):
    for which in ("domains", "mx"):
        patterns = [pattern for each in bundled.all() for pattern in getattr(each, which)]
        assert len(patterns) == len(set(patterns))


def test_entries_are_whole(bundled):
    for each in bundled.all():
        assert each.title
        assert each.help
        assert each.available or each.reason.endswith("."), each.name
        if each.wants_app_password:
            assert each.app_password_page, each.name
        if each.quirks:
            assert is_known(each.quirks)
        if each.available and each.calendar.protocol != "caldav":
            assert each.mail.protocol == each.calendar.protocol
        if each.signs_in_by_browser:
            assert each.oauth.register_page, each.name
            assert each.oauth.calendar_scopes, each.name
            assert each.oauth.mail_scopes, each.name


def test_an_administrator_adds_the_client_id_and_nothing_else(bundled, tmp_path):
    for name in ("gmail", "microsoft-365", "outlook"):
        assert bundled.named(name).lacks_client_id
    own = '[gmail.oauth]\nclient_id = "ours"\nclient_secret = "no secret"\n'
    (tmp_path / catalog.FILE_NAME).write_text(own, encoding="utf-8")
    gmail = catalog.load(tmp_path).named("gmail")
    assert not gmail.lacks_client_id
    assert gmail.oauth.client_secret == "no secret"
    assert gmail.oauth.token == bundled.named("gmail").oauth.token


def test_a_service_with_a_password_lacks_no_client_id(bundled):
    assert not bundled.named("icloud").lacks_client_id


def test_the_address_goes_into_the_calendars_address(bundled):
    calendar = bundled.named("gmail").calendar
    assert calendar.url("ann+x@gmail.com") == "https://apidata.googleusercontent.com/caldav/v2/ann%2Bx@gmail.com/user"
    assert bundled.named("aol").calendar.url("ann@aol.com") is None


def test_the_user_name_is_the_address_its_first_part_or_asked_for():
    assert UserName.ADDRESS.of("ann@x.example") == "ann@x.example"
    assert UserName.LOCAL_PART.of("ann@x.example") == "ann"
    assert UserName.OTHER.of("ann@x.example") == ""


# --- an administrator's file -----------------------------------------------------------------------


def test_an_administrators_file_adds_an_entry_and_overrides_single_keys(tmp_path):
    (tmp_path / "providers.toml").write_text(OWN + '[gmx]\ntitle = "GMX of ours"\n', encoding="utf-8")
    found = catalog.load(tmp_path)
    assert found.named("acme").calendar.address == "https://dav.acme.example/"
    assert found.named("gmx").title == "GMX of ours"
    assert found.named("gmx").calendar.address == "https://caldav.gmx.net/"
    assert found.named("icloud") == catalog.load().named("icloud")


def test_a_config_folder_without_a_file_changes_nothing(tmp_path, bundled):
    assert catalog.load(tmp_path).all() == bundled.all()


def test_an_own_server_on_this_computer_may_be_unencrypted():
    text = OWN.replace("https://dav.acme.example/", "http://127.0.0.1:5232/")
    assert catalog.parse(text).named("acme").calendar.address == "http://127.0.0.1:5232/"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('title = "ACME"', ""), "[acme] title is missing."),
        (('title = "ACME"', 'titel = "ACME"\ntitle = "A"'), "[acme] titel is no key of the catalog."),
        (("https://dav", "http://dav"), "[acme.calendar] address has to begin with https://."),
        (('"caldav"', '"carddav"'), "[acme.calendar] protocol: input should be 'caldav', 'graph' or 'ews'."),
        (('["password"]', "[]"), "[acme] sign_in: "),
        (('["password"]', '["oauth"]'), '[acme] needs a table oauth, as its sign_in begins with "oauth".'),
        (('["password"]', '["magic"]'), "[acme] sign_in: input should be 'oauth', 'app-password' or 'password'."),
        (
            ('title = "ACME"', 'title = "ACME"\nquirks = "acme"'),
            "[acme] quirks is no set of quirks this version knows.",
        ),
        (('title = "ACME"', 'title = "A"\navailable = false'), "[acme] needs a reason why it is not available."),
        (('["acme.example"]', '["Acme Inc"]'), "[acme] domains: string should match pattern"),
        (("[acme]", "key = 1\n[acme]"), "“key” stands outside of any entry"),
        (("[acme.calendar]", '[acme.mail]\nprotocol = "imap"\n[acme.calendar]'), "[acme] mail needs a host for imap."),
        (("[acme.calendar]", "[acme.calender]"), "[acme] calender is no key of the catalog."),
    ],
)
def test_a_mistake_is_told_with_entry_and_key(change, sentence):
    told = refusal(OWN.replace(*change))
    assert sentence in told
    assert "pydantic" not in told


def test_everything_wrong_is_told_at_once():
    told = refusal(OWN.replace('title = "ACME"', "") + OWN.replace("acme", "second").replace('"caldav"', '"fax"'))
    assert "[acme] title is missing." in told
    assert "[second.calendar] protocol" in told


def test_a_file_that_is_no_toml_is_told(tmp_path):
    (tmp_path / "providers.toml").write_text("[acme", encoding="utf-8")
    with pytest.raises(CatalogError, match="is not valid TOML"):
        catalog.load(tmp_path)


# --- where it is -----------------------------------------------------------------------------------


def test_the_file_is_found_beside_the_package_and_where_a_wheel_puts_it(tmp_path, monkeypatch):
    beside = resources.path_of("providers.toml")
    assert beside.parent.name == "resources"
    installed = tmp_path / "share/fm-desktop/resources/providers.toml"
    installed.parent.mkdir(parents=True)
    installed.write_bytes(beside.read_bytes())
    monkeypatch.setattr(resources.sys, "prefix", str(tmp_path))
    monkeypatch.setattr(resources, "__file__", str(tmp_path / "site-packages/fm_desktop/resources.py"))
    assert resources.path_of("providers.toml") == installed


def test_a_file_that_did_not_come_along_is_missed_by_name(monkeypatch):
    monkeypatch.setattr(resources, "_folders", lambda: (Path("/nowhere"),))
    with pytest.raises(FileNotFoundError, match=r"providers\.toml"):
        resources.path_of("providers.toml")
