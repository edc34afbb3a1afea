"""Xandikos: a CalDAV server that hands invitations on to its other users itself (RFC 6638)."""

from __future__ import annotations

from tests.contract.stages.dav import DavStage


class XandikosStage(DavStage):
    name = "xandikos"
    title = "CalDAV (Xandikos)"
