"""The table of paths. What is not in it does not exist, and what a path does not document is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.servers.graph.errors import GraphError, bad_request
from tests.servers.graph.odata import Call
from tests.servers.graph.wire import Reply


@dataclass(frozen=True, slots=True)
class Route:
    """A method of a path such as `/me/calendars/{calendar}`, and the query options it takes."""

    method: str
    path: str
    handler: Callable[..., Reply]
    options: frozenset[str] = frozenset()


def dispatch(call: Call) -> Reply:
    from tests.servers.graph import table

    segments = call.request.path.strip("/").split("/")
    matching = [(route, names) for route in table.ROUTES if (names := _match(route, segments)) is not None]
    if not matching:
        raise bad_request(f"Resource not found for the segment '{segments[-1]}'.")
    fewest = min(len(names) for _, names in matching)
    matching = [(route, names) for route, names in matching if len(names) == fewest]
    chosen = next(((route, names) for route, names in matching if route.method == call.request.method), None)
    if chosen is None:
        raise GraphError(405, "ErrorMethodNotAllowed", "The HTTP method is not allowed for this resource.")
    route, names = chosen
    _options(call, route)
    return route.handler(call, **names)


def _match(route: Route, segments: list[str]) -> dict[str, str] | None:
    """Words of a path compare without case; functions are also called by their full names, with brackets."""
    pattern = route.path.strip("/").split("/")
    if len(pattern) != len(segments):
        return None
    names = {}
    for expected, given in zip(pattern, segments, strict=True):
        if expected.startswith("{"):
            if not given or given.removesuffix("()").lower() == "delta":
                return None
            names[expected.strip("{}")] = given
        elif expected.lower() != given.lower().removesuffix("()").removeprefix("microsoft.graph."):
            return None
    return names


def _options(call: Call, route: Route) -> None:
    """Names of options are compared as they are written in the documentation; custom ones without case."""
    known = {option.lower(): option for option in route.options}
    renamed = {}
    for name, value in call.request.query.items():
        option = known.get(name.lower())
        if option is None:
            raise bad_request(f"The query parameter '{name}' is not supported here.", "ErrorInvalidUrlQuery")
        renamed[option] = value
    call.request.query.clear()
    call.request.query.update(renamed)
