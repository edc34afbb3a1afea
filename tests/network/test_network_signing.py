"""Signing in to Exchange by NTLM is bound to the encrypted connection, as servers with Extended Protection want it."""

from __future__ import annotations

import hashlib
import ssl
from urllib.parse import urlsplit

import pytest
from spnego._ntlm_raw.messages import Authenticate, AvId, TargetInfo
from spnego.channel_bindings import GssChannelBindings

from fm_desktop.providers.exchange import Account, ExchangeMail
from tests.network.stages import EWS_HOST, Roads
from tests.servers.ews import EwsServer, auth
from tests.servers.speech import Http

_BLOB = slice(16 + 28, None)
"""Of an NTLMv2 response (MS-NLMP 2.2.2.8): what follows the proof and the head of the client's challenge."""


def test_the_password_is_of_no_use_to_whoever_stands_in_between(roads: Roads, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 5929 section 4: the hash of the certificate that was shown goes into what the server checks."""
    bound: list[object] = []
    verifies = auth.Session._verifies

    def watched(session: auth.Session, message: Authenticate) -> bool:
        target = TargetInfo.unpack((message.nt_challenge_response or b"")[_BLOB])
        bound.append(target[AvId.channel_bindings])
        return verifies(session, message)

    monkeypatch.setattr(auth.Session, "_verifies", watched)
    with EwsServer() as server:
        way = roads.to(EWS_HOST, 443, urlsplit(server.url).port or 0, Http())
        shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", way.line.port)))
        account = Account(server.user, server.password)
        mail = ExchangeMail(account, server.address, url=f"https://{EWS_HOST}/EWS/Exchange.asmx")
        assert mail.folders()
        mail.close()
    expected = GssChannelBindings(application_data=b"tls-server-end-point:" + hashlib.sha256(shown).digest())
    assert bound == [hashlib.md5(expected.pack()).digest()]
