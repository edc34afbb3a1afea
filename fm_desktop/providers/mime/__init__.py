"""Internet messages (RFC 5322, MIME) as the model has them, the same for every service that gives their bytes. Pure."""

from fm_desktop.providers.mime.content import read_content
from fm_desktop.providers.mime.headers import read_headers

__all__ = ["read_content", "read_headers"]
