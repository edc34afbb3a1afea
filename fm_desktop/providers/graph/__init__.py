"""Microsoft 365 and Outlook.com over Microsoft Graph v1.0: calendars, To Do lists, mail."""

from fm_desktop.providers.graph.mail import GraphMail
from fm_desktop.providers.graph.notices import put_notice
from fm_desktop.providers.graph.provider import GraphProvider

__all__ = ["GraphMail", "GraphProvider", "put_notice"]
