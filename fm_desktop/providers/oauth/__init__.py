"""Signing in with the browser (OAuth 2.0 for native apps, RFC 8252), the same way at every service that offers it."""

from fm_desktop.providers.oauth.grants import TokenSet
from fm_desktop.providers.oauth.service import Account, Service
from fm_desktop.providers.oauth.tokens import Keeper, Tokens
from fm_desktop.providers.oauth.visit import Texts, Visit, WrongAccount

__all__ = ["Account", "Keeper", "Service", "Texts", "TokenSet", "Tokens", "Visit", "WrongAccount"]
