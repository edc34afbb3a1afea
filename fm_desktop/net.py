"""Which computer a host name is."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Is it surely this computer, so that nothing sent there can be overheard? Takes brackets around IPv6, too.

    Not so for names below `localhost`: RFC 6761 6.3 wants them to be, but some resolvers ask the network for them.
    """
    if host.lower().rstrip(".") in ("localhost", "ip6-localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
