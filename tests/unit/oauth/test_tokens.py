"""Tokens kept fresh, without a service: when they are renewed, what is written first, what a clock may do."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from fm_desktop.port import PortError, SignInNeeded
from fm_desktop.providers.oauth import Service, Tokens, TokenSet
from fm_desktop.providers.oauth.service import Account

SERVICE = Service("Acme", "https://acme.example/auth", "https://acme.example/token", "fm-desktop")
NOW = 1_800_000_000.0


class Memory:
    def __init__(self, tokens: TokenSet | None) -> None:
        self.tokens, self.saved, self.trouble = tokens, [], None

    def load(self) -> TokenSet | None:
        return self.tokens

    def save(self, tokens: TokenSet) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.tokens = tokens
        self.saved.append(tokens)

    def alone(self):
        return nullcontext()


def test_a_token_is_given_out_only_after_it_was_kept(endpoint):
    endpoint.tell(200, {"access_token": "A2", "refresh_token": "R2"})
    memory = Memory(TokenSet("A", "R", NOW + 10))
    memory.trouble = SignInNeeded("no room")
    tokens = Tokens(SERVICE, memory, lambda: NOW)
    with pytest.raises(PortError):
        tokens.fresh()
    memory.trouble = None
    assert tokens.fresh() == "A2"
    assert memory.saved[-1].refresh == "R2"
    assert len(endpoint.asked) == 1


def test_it_is_renewed_five_minutes_before_its_end(endpoint):
    endpoint.tell(200, {"access_token": "A2"})
    assert Tokens(SERVICE, Memory(TokenSet("A", "R", NOW + 301)), lambda: NOW).fresh() == "A"
    assert endpoint.asked == []
    assert Tokens(SERVICE, Memory(TokenSet("A", "R", NOW + 300)), lambda: NOW).fresh() == "A2"


def test_what_another_process_has_renewed_meanwhile_is_taken(endpoint):
    memory = Memory(TokenSet("A", "R", NOW + 1000))
    tokens = Tokens(SERVICE, memory, lambda: NOW)
    assert tokens.fresh() == "A"
    memory.tokens = TokenSet("B", "R2", NOW + 3600)
    tokens.refused("A")
    assert tokens.fresh() == "B"
    assert endpoint.asked == []


def test_tokens_are_read_as_they_were_written():
    tokens = TokenSet("A", "R", 12.5, Account(("emma@acme.example",)), 2.5)
    assert TokenSet.from_text(tokens.to_text()) == tokens
    for text in ("", "[]", "{}", '{"access": "A"}', "null"):
        with pytest.raises(ValueError):
            TokenSet.from_text(text)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def test_a_token_for_five_minutes_is_used_for_half_of_them(endpoint):
    """Renewed five minutes before its end it would be renewed before each request."""
    clock, memory = Clock(), Memory(TokenSet("A", "R", NOW))
    tokens = Tokens(SERVICE, memory, clock)
    endpoint.tell(200, {"access_token": "A2", "expires_in": 300})
    assert tokens.fresh() == "A2"
    clock.now += 149
    assert tokens.fresh() == "A2"
    assert len(endpoint.asked) == 1
    clock.now += 1
    endpoint.tell(200, {"access_token": "A3", "expires_in": 300})
    assert tokens.fresh() == "A3"


def test_a_token_of_the_future_is_not_believed(endpoint):
    """The clock was a day ahead and has been set right: the time that the token seems to have left is wrong."""
    memory = Memory(TokenSet("A", "R", NOW + 90_000, obtained_at=NOW + 86_400))
    endpoint.tell(200, {"access_token": "A2"})
    assert Tokens(SERVICE, memory, lambda: NOW).fresh() == "A2"


def test_a_clock_that_is_set_back_by_seconds_changes_nothing(endpoint):
    memory = Memory(TokenSet("A", "R", NOW + 3605, obtained_at=NOW + 5))
    assert Tokens(SERVICE, memory, lambda: NOW).fresh() == "A"
    assert endpoint.asked == []


def test_what_could_not_be_written_gives_way_to_a_new_sign_in(endpoint):
    memory = Memory(TokenSet("A", "R", NOW))
    memory.trouble = SignInNeeded("no room")
    tokens = Tokens(SERVICE, memory, lambda: NOW)
    endpoint.tell(200, {"access_token": "A2", "refresh_token": "R2"})
    with pytest.raises(SignInNeeded):
        tokens.fresh()
    memory.trouble = None
    memory.tokens = TokenSet("B", "Q", NOW + 3600)
    assert tokens.fresh() == "B"
    assert memory.saved == []
