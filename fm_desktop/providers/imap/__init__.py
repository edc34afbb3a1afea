"""Mail over IMAP: `ImapSource` reads a mailbox, `append_notice` puts a note of ours into the user's own inbox."""

from fm_desktop.providers.imap.notices import append_notice
from fm_desktop.providers.imap.server import AccessToken, Credentials, Password, Security, Server
from fm_desktop.providers.imap.source import ImapSource

__all__ = ["AccessToken", "Credentials", "ImapSource", "Password", "Security", "Server", "append_notice"]
