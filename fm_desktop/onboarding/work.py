"""The steps of setting up that take time, as values: what to run in another thread, and what takes its result."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Step(StrEnum):
    """What is being done, for the words beside a busy indicator."""

    CRM = "crm"
    FIND = "find"
    SIGN_IN = "sign-in"
    BROWSER = "browser"
    PREVIEW = "preview"
    FINISH = "finish"


# A keychain may ask for its password, a person looks for a code at another device, and the first listing of a large
# calendar keeps some servers for minutes.
_PATIENCE = {
    Step.CRM: 60.0,
    Step.FIND: 30.0,
    Step.SIGN_IN: 60.0,
    Step.BROWSER: 600.0,
    Step.PREVIEW: 900.0,
    Step.FINISH: 300.0,
}


@dataclass(frozen=True, slots=True)
class Work(Generic[T]):
    """One step that takes time. `run` raises the errors of `fm_desktop.errors.explained`; its event cancels it.

    `page` is the address of a web page on which a person has to do something meanwhile, '' for none.
    """

    step: Step
    run: Callable[[threading.Event], T]
    take: Callable[[T], None]
    page: str = ""

    @property
    def patience(self) -> float:
        return _PATIENCE[self.step]
