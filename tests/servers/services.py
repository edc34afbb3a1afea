"""The services of R30 for a person who has only an address: a server that plays each, and what an administrator's catalog
says of it here, where its addresses are those of this computer."""

from __future__ import annotations

import functools
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from fm_desktop.providers.google import google_calendars
from tests.fakes import agenda
from tests.fakes.newcomer import EMMA
from tests.real.exchange.outlook import Outlook as ExchangeHands
from tests.real.exchange.outlook import between, distinguished, event
from tests.real.graph.outlook import Outlook as GraphHands
from tests.servers.ews import EwsServer
from tests.servers.ews.xml import text
from tests.servers.google_tasks import GoogleTasks
from tests.servers.graph import GraphServer
from tests.servers.openid import OpenIdServer, registered
from tests.servers.personalities.google import Google
from tests.servers.personalities.icloud import ICloud
from tests.servers.personalities.service import Personality
from tests.servers.personalities.yahoo import Yahoo
from tests.servers.radicale import RadicaleServer

_SUMMARY = re.compile(rb"^SUMMARY[^:\r\n]*:([^\r\n]*)", re.MULTILINE)


class Vouched(set[str]):
    """The tokens that the provider vouches for."""

    def __init__(self, openid: OpenIdServer) -> None:
        self._openid = openid

    def __contains__(self, token: object) -> bool:
        return super().__contains__(token) or self._openid.userinfo(str(token)).status_code == 200


class Service(ABC):
    """Emma's calendar at a service. One signs in with the `password`, or at `openid` with the browser."""

    name: str
    password = ""
    openid: OpenIdServer | None = None

    @property
    @abstractmethod
    def address(self) -> str:
        """Where its calendars are."""

    @property
    def catalog(self) -> str:
        where = f'[{self.name}]\ndomains = ["example.com"]\n[{self.name}.calendar]\naddress = "{self.address}"\n'
        return where if self.openid is None else where + registered(self.name, self.openid.url)

    @abstractmethod
    def add(self, title: str) -> None:
        """Emma makes an event, in two days."""

    @abstractmethod
    def titles(self) -> list[str]:
        """Of all events, sorted."""

    @property
    @abstractmethod
    def mails(self) -> Sequence[object]:
        """What was sent to other people."""

    @abstractmethod
    def stop(self) -> None: ...


class _Dav(Service):
    personality: type[Personality]

    def __init__(self, folder: Path, openid: OpenIdServer) -> None:
        self._radicale = RadicaleServer(folder)
        self._account = self._radicale.account(EMMA)
        self._work = self._account.make_calendar("work", label="Work")
        self._at = self.personality(self._account, EMMA)
        self.password = self._account.password

    @property
    def address(self) -> str:
        return self._at.url

    def add(self, title: str) -> None:
        agenda.add(self._account, title)

    def titles(self) -> list[str]:
        items = self._account.all(self._work).values()
        return sorted(title.decode() for each in items for title in _SUMMARY.findall(each))

    @property
    def mails(self) -> Sequence[object]:
        return self._at.postman.sent

    def stop(self) -> None:
        self._at.stop()
        self._radicale.stop()


class ICloudService(_Dav):
    name, personality = "icloud", ICloud


class YahooService(_Dav):
    name, personality = "yahoo", Yahoo


class GoogleService(_Dav):
    """Its tasks have an address that the program knows by itself, and that leads here as long as this service is there."""

    name, personality = "gmail", Google
    _at: Google

    def __init__(self, folder: Path, openid: OpenIdServer) -> None:
        super().__init__(folder, openid)
        self.password = ""
        self._tasks = GoogleTasks()
        self._at.tokens = self._tasks.tokens = Vouched(openid)
        self.openid = openid
        ours = functools.partial(google_calendars, tasks_url=self._tasks.url)
        self._address = patch("fm_desktop.providers.google.google_calendars", ours)
        self._address.start()

    @property
    def address(self) -> str:
        return f"{self._at.url}caldav/v2/{{address}}/user"

    def stop(self) -> None:
        self._address.stop()
        self._tasks.stop()
        super().stop()


class _Outlook(Service):
    """A mailbox of Microsoft's, with Emma's hands in it."""

    _at: EwsServer | GraphServer
    _hands: ExchangeHands | GraphHands

    @property
    def address(self) -> str:
        return self._at.url

    @property
    def mails(self) -> Sequence[object]:
        return self._at.sent

    def stop(self) -> None:
        self._hands.close()
        self._at.__exit__(None, None, None)


class ExchangeService(_Outlook):
    name = "exchange"
    _hands: ExchangeHands

    def __init__(self, folder: Path, openid: OpenIdServer) -> None:
        self._at = EwsServer(user=EMMA, address=EMMA)
        self._at.__enter__()
        self.password = self._at.password
        self._hands = ExchangeHands(self._at)

    def add(self, title: str) -> None:
        day = datetime.now(UTC) + timedelta(days=2)
        times = between(*(day.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in (10, 11)))
        self._hands.add(event(title, times=times), distinguished("calendar"))

    def titles(self) -> list[str]:
        return sorted(text(each, "t:Subject") for each in self._hands.items(distinguished("calendar")))


class MicrosoftService(_Outlook):
    name = "microsoft-365"
    _hands: GraphHands

    def __init__(self, folder: Path, openid: OpenIdServer) -> None:
        self.openid = openid
        self._at = GraphServer(EMMA, "Emma")
        self._at.__enter__()
        own = self._at.new_token()
        self._at._bearers = Vouched(openid)
        self._at._bearers.add(own)
        self._hands = GraphHands(self._at.url, own)

    def add(self, title: str) -> None:
        self._hands.add(title)

    def titles(self) -> list[str]:
        return self._hands.titles()


SERVICES: tuple[type[Service], ...] = (ICloudService, YahooService, GoogleService, ExchangeService, MicrosoftService)
