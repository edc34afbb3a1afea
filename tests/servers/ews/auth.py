"""Signing in: Basic, and NTLMv2 as [MS-NLMP] says, for which one connection is one session ([MS-NTHT])."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets

from spnego._ntlm_raw.crypto import hmac_md5, ntowfv1, ntowfv2
from spnego._ntlm_raw.messages import Authenticate, AvId, Challenge, NegotiateFlags, NTLMMessage, TargetInfo

_FLAGS = (
    NegotiateFlags.unicode | NegotiateFlags.ntlm | NegotiateFlags.target_info | NegotiateFlags.extended_session_security
    | NegotiateFlags.always_sign | NegotiateFlags.target_type_domain | NegotiateFlags.key_128 | NegotiateFlags.key_56
)  # fmt: skip
_DOMAIN = "ACME"


class Session:
    """The sign-in of one connection. `check` gives None when it is signed in, else the challenges to send with 401."""

    def __init__(self, user: str, password: str, schemes: tuple[str, ...]) -> None:
        self._user, self._password, self._schemes = user, password, schemes
        self._challenge = b""
        self._signed_in = False

    def check(self, header: str | None) -> list[str] | None:
        if header is None:
            return None if self._signed_in else self._offers()
        scheme, _, token = header.partition(" ")
        try:
            data = base64.b64decode(token)
        except binascii.Error:
            return self._offers()
        if scheme == "Basic" and "Basic" in self._schemes:
            return None if self._is_right(data) else self._offers()
        if scheme in ("NTLM", "Negotiate") and "NTLM" in self._schemes and data.startswith(b"NTLMSSP\0"):
            return self._ntlm(scheme, data)
        return self._offers()

    def _offers(self) -> list[str]:
        offers = {"Basic": 'Basic realm="exchange"', "NTLM": "NTLM"}
        return [offers[each] for each in self._schemes]

    def _is_right(self, data: bytes) -> bool:
        user, _, password = data.decode("utf-8", "replace").partition(":")
        return self._is_user(user) and hmac.compare_digest(password.encode(), self._password.encode())

    def _is_user(self, name: str) -> bool:
        return self._plain(name) == self._plain(self._user)

    @staticmethod
    def _plain(name: str) -> str:
        return name.rpartition("\\")[2].lower()

    def _ntlm(self, scheme: str, data: bytes) -> list[str] | None:
        message = NTLMMessage.unpack(data)
        if not isinstance(message, Authenticate):
            self._challenge = secrets.token_bytes(8)
            target = TargetInfo()
            target[AvId.nb_domain_name] = _DOMAIN
            target[AvId.nb_computer_name] = "EXCHANGE"
            packed = Challenge(int(_FLAGS), self._challenge, _DOMAIN, target).pack()
            return [f"{scheme} {base64.b64encode(packed).decode()}"]
        self._signed_in = bool(self._challenge) and self._verifies(message)
        self._challenge = b""
        return None if self._signed_in else self._offers()

    def _verifies(self, message: Authenticate) -> bool:
        answer = message.nt_challenge_response or b""
        if len(answer) <= 24 or not self._is_user(message.user_name or ""):
            return False  # 24 bytes would be NTLMv1, which is refused
        key = ntowfv2(message.user_name or "", ntowfv1(self._password), message.domain_name)
        return hmac.compare_digest(hmac_md5(key, self._challenge + answer[16:]), answer[:16])
