"""The `where` parameter: an SQL-like condition, parsed by a grammar and turned into SQL with bound values.

Nothing of the text reaches the database except through a known column or a bound parameter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError

from fm_desktop.sandbox.errors import ApiError, bad_where
from fm_desktop.sandbox.fields import TEXTS, Field, Kind, comparable
from fm_desktop.sandbox.resources import RESOURCES, Resource

# SQLite refuses expressions deeper than 1,000; a chain of ANDs is as deep as it is long.
_MOST_CONDITIONS = 400
_DEEPEST = 100

# A word without quotes is a value, as in the vendor's sample `firstName=Emma`; a field may be followed by `.id`.
_GRAMMAR = r"""
?start: either
?either: both (_OR both)*                                   -> either
?both: term (_AND term)*                                    -> both
?term: _NOT term                                            -> negated
     | "(" either ")"                                       -> group
     | FIELD COMPARATOR value                               -> comparison
     | FIELD _LIKE value                                    -> like
     | FIELD _NOT _LIKE value                               -> not_like
     | FIELD _IN "(" value ("," value)* ")"                 -> within
     | FIELD _NOT _IN "(" value ("," value)* ")"            -> not_within
     | FIELD _IS NULL                                       -> is_null
     | FIELD _IS _NOT NULL                                  -> is_not_null
?value: STRING | NUMBER | BOOLEAN | NULL | WORD

_AND.3: /and(?![\w.])/i
_OR.3: /or(?![\w.])/i
_NOT.3: /not(?![\w.])/i
_LIKE.3: /like(?![\w.])/i
_IN.3: /in(?![\w.])/i
_IS.3: /is(?![\w.])/i
NULL.3: /null(?![^\s(),'=<>])/i
BOOLEAN.3: /(true|false)(?![^\s(),'=<>])/i
NUMBER.2: /[+-]?\d+(\.\d+)?(?![^\s(),'=<>])/
FIELD: /[a-z_]\w*(\.id)?(?![\w.])/i
COMPARATOR: "=" | "<>" | "!=" | ">=" | "<=" | ">" | "<"
STRING: /'([^']|'')*'/
WORD: /[^\s(),'=<>]+/
%import common.WS
%ignore WS
"""


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of a WHERE clause: SQL text with `?` places, and what they stand for."""

    sql: str
    values: tuple[Any, ...] = ()
    size: int = 1
    depth: int = 1


@v_args(inline=True)
class _ToSql(Transformer[Token, Condition]):
    """Called by the parser bottom-up while it reads, so that deep nesting needs no deep recursion."""

    def __init__(self, resource: Resource) -> None:
        super().__init__()
        self._resource = resource

    def either(self, *parts: Condition) -> Condition:
        return _joined(" OR ", parts)

    def both(self, *parts: Condition) -> Condition:
        return _joined(" AND ", parts)

    def negated(self, part: Condition) -> Condition:
        return _deeper(f"NOT ({part.sql})", part)

    def group(self, part: Condition) -> Condition:
        return _deeper(f"({part.sql})", part)

    def comparison(self, name: Token, comparator: Token, value: Token) -> Condition:
        field = self._field(name)
        operator = "<>" if comparator == "!=" else str(comparator)
        if value.type == "NULL":
            if operator not in ("=", "<>"):
                raise bad_where(f"null cannot be compared with {operator}")
            return self.is_null(name) if operator == "=" else self.is_not_null(name)
        return Condition(f'"{field.name}" {operator} ?', (_value(field, value),))

    def like(self, name: Token, value: Token) -> Condition:
        field = self._field(name)
        if field.kind not in TEXTS or value.type == "NULL":
            raise bad_where(f"LIKE compares texts, and {field.name} with this value is none")
        return Condition(f'"{field.name}" LIKE ?', (str(_literal(value)),))

    def not_like(self, name: Token, value: Token) -> Condition:
        like = self.like(name, value)
        return Condition(f"NOT ({like.sql})", like.values)

    def within(self, name: Token, *values: Token) -> Condition:
        field = self._field(name)
        places = ",".join("?" * len(values))
        return Condition(f'"{field.name}" IN ({places})', tuple(_value(field, each) for each in values))

    def not_within(self, name: Token, *values: Token) -> Condition:
        within = self.within(name, *values)
        return Condition(f"NOT ({within.sql})", within.values)

    def is_null(self, name: Token, *_null: Token) -> Condition:
        return Condition(f'"{self._field(name).name}" IS NULL')

    def is_not_null(self, name: Token, *_null: Token) -> Condition:
        return Condition(f'"{self._field(name).name}" IS NOT NULL')

    def _field(self, name: Token) -> Field:
        plain = name.lower()
        field = self._resource.by_name.get(plain.removesuffix(".id"))
        if field is None or field.kind is Kind.FILES or (plain.endswith(".id") and field.kind is not Kind.LINK):
            raise bad_where(f"{self._resource.name} has no field {str(name)[:60]!r}")
        return field


def _joined(word: str, parts: tuple[Condition, ...]) -> Condition:
    if len(parts) == 1:
        return parts[0]
    size = sum(each.size for each in parts)
    if size > _MOST_CONDITIONS:
        raise bad_where(f"more than {_MOST_CONDITIONS} conditions")
    values = tuple(value for each in parts for value in each.values)
    return Condition(word.join(f"({each.sql})" for each in parts), values, size, max(each.depth for each in parts) + 1)


def _deeper(sql: str, part: Condition) -> Condition:
    if part.depth >= _DEEPEST:
        raise bad_where(f"more than {_DEEPEST} levels of conditions")
    return Condition(sql, part.values, part.size, part.depth + 1)


def _literal(token: Token) -> str:
    if token.type == "STRING":
        return token[1:-1].replace("''", "'")
    return str(token)


def _value(field: Field, token: Token) -> str | int | float:
    if token.type == "NULL":
        raise bad_where(f"a list cannot hold null ({field.name})")
    try:
        return comparable(field, _literal(token))
    except ValueError as error:
        raise bad_where(str(error)) from error


@lru_cache(maxsize=len(RESOURCES))
def _parser(resource_name: str) -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_ToSql(RESOURCES[resource_name]), propagate_positions=False)


@lru_cache(maxsize=256)
def condition(resource_name: str, text: str) -> Condition:
    """The condition that `text` states on a resource. Raises `ApiError` 400/901 if it cannot be understood."""
    try:
        parsed: Condition = _parser(resource_name).parse(text)  # type: ignore[assignment]
    except UnexpectedInput as error:
        _refuse(error)
    except VisitError as error:
        if isinstance(error.orig_exc, ApiError):
            raise error.orig_exc from error
        raise
    return parsed


def _refuse(error: UnexpectedInput) -> NoReturn:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        raise bad_where("the condition ends too early") from error
    near = error.token if isinstance(error, UnexpectedToken) else getattr(error, "char", "")
    raise bad_where(f"unexpected {str(near)[:20]!r}") from error
