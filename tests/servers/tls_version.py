"""One version of TLS and no other, however old."""

from __future__ import annotations

import ssl
import warnings


def only(context: ssl.SSLContext, version: ssl.TLSVersion) -> None:
    """OpenSSL lets its security level 0 alone speak what is older than TLS 1.2."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of what is old, which is why it is here
        context.minimum_version = context.maximum_version = version
