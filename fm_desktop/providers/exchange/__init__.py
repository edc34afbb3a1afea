"""Exchange on an own server over Exchange Web Services: calendars, tasks, mail."""

from fm_desktop.providers.exchange.mail import ExchangeMail
from fm_desktop.providers.exchange.notices import put_notice
from fm_desktop.providers.exchange.provider import ExchangeProvider
from fm_desktop.providers.exchange.signing import Account

__all__ = ["Account", "ExchangeMail", "ExchangeProvider", "put_notice"]
