"""All stages, by name. Each is imported when it is used: a stage more is an entry here and a file beside this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

import pytest

CALENDARS: Final[Mapping[str, str]] = {
    "radicale": "tests.contract.stages.dav:DavStage",
    "xandikos": "tests.contract.stages.xandikos:XandikosStage",
    "google": "tests.contract.stages.google:GoogleStage",
    "google-tasks": "tests.contract.stages.google_tasks:GoogleTasksStage",
    "icloud": "tests.contract.stages.icloud:ICloudStage",
    "yahoo": "tests.contract.stages.yahoo:YahooStage",
    "graph": "tests.contract.stages.graph:GraphStage",
    "ews": "tests.contract.stages.ews:EwsStage",
}
MAILBOXES: Final[Mapping[str, str]] = {
    "dovecot": "tests.contract.stages.dovecot:DovecotStage",
    "graph-mail": "tests.contract.stages.graph_mail:GraphMailStage",
    "ews-mail": "tests.contract.stages.ews_mail:EwsMailStage",
}


def stage_class(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def build(target: str, request: pytest.FixtureRequest) -> Any:
    """A stage with a new user. A class says what it needs to be started by `begin(request)`."""
    begin: Callable[[pytest.FixtureRequest], Any] = stage_class(target).begin
    return begin(request)


def all_classes() -> tuple[list[Any], list[Any]]:
    """The stages of calendars and of mailboxes, for what they declare."""
    return [stage_class(each) for each in CALENDARS.values()], [stage_class(each) for each in MAILBOXES.values()]
