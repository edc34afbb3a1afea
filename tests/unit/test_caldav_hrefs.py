"""Paths of DAV resources compare equal however a server escapes them, and survive the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.providers.caldav.hrefs import as_folder, canonical, is_member, member, request_path


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("/cal/a%40b.ics", "/cal/a@b.ics"),
        ("/cal/a@b.ics", "/cal/a@b.ics"),
        ("https://p42.example.com:443/cal/a%40b.ics", "/cal/a@b.ics"),
        (" /cal/Caf%C3%A9.ics ", "/cal/Café.ics"),
        ("/cal/a%2fb.ics", "/cal/a%2Fb.ics"),
        ("/cal/100%25.ics", "/cal/100%25.ics"),
        ("/cal/%3Fwhat%23.ics", "/cal/%3Fwhat%23.ics"),
        ("/cal/latin%E9.ics", "/cal/latin%E9.ics"),
        ("/cal/a%20b.ics", "/cal/a%20b.ics"),
    ],
)
def test_one_canonical_form(href: str, path: str) -> None:
    assert canonical(href) == path
    assert canonical(request_path(path)) == path


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_name_survives_the_way_to_the_server_and_back(name: str) -> None:
    path = member("/cal/", name)
    assert canonical(request_path(path)) == path
    assert is_member(path, "/cal/")


def test_names_that_servers_refuse_become_a_hash() -> None:
    assert member("/cal", "0f5e-1") == "/cal/0f5e-1.ics"
    assert member("/cal/", "a/b c") != member("/cal/", "a/b d")
    assert len(member("/cal/", "x" * 5000)) < 60


def test_members_are_directly_inside() -> None:
    assert is_member("/cal/1.ics", "/cal")
    assert not is_member("/cal/", "/cal/")
    assert not is_member("/cal/sub/1.ics", "/cal/")
    assert not is_member("/calendar/1.ics", "/cal")
    assert as_folder("/cal") == as_folder("/cal/") == "/cal/"
