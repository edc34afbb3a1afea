"""Access tokens as the credentials of a CalDAV session (RFC 6750)."""

from __future__ import annotations

from fm_desktop.providers.tokens import AccessTokens


class Bearer:
    """Implements `Credentials`. Both methods raise what `AccessTokens.fresh` raises."""

    def __init__(self, tokens: AccessTokens) -> None:
        self._tokens = tokens
        self._sent = ""

    def header(self) -> str:
        self._sent = self._tokens.fresh()
        return f"Bearer {self._sent}"

    def renew(self) -> bool:
        refused = self._sent
        self._tokens.refused(refused)
        return self._tokens.fresh() != refused
