"""The SQL of each resource: its table, and the expression that builds a row's JSON inside SQLite.

SQLite writes the JSON of a thousand rows in a fraction of the time Python would need, and the page
of a list is then only joined.
"""

from __future__ import annotations

from functools import lru_cache

from fm_desktop.sandbox.fields import SQL_TYPES, Field, Kind
from fm_desktop.sandbox.resources import FILES, RESOURCES


def tables() -> str:
    """The script that makes every table and index that is not there yet."""
    parts: list[str] = []
    for resource in RESOURCES.values():
        columns = ", ".join(_column(each) for each in resource.columns)
        parts.append(f'CREATE TABLE IF NOT EXISTS "{resource.name}" ({columns}) STRICT;')
        parts.extend(
            f'CREATE INDEX IF NOT EXISTS "{resource.name}_{each.name}" ON "{resource.name}" ("{each.name}");'
            for each in resource.fields
            if each.indexed
        )
    return "\n".join(parts)


def _column(field: Field) -> str:
    if field.name == "id":
        # AUTOINCREMENT: the id of a record is never given out again.
        return '"id" INTEGER PRIMARY KEY AUTOINCREMENT'
    return f'"{field.name}" {SQL_TYPES[field.kind]}'


@lru_cache(maxsize=len(RESOURCES))
def json_of(name: str) -> str:
    """An SQL expression: the JSON text of a row of this resource, the table being called `t`."""
    resource = RESOURCES[name]
    pairs = [f"'{each.name}', {_shown(each)}" for each in resource.fields]
    return f"json_object({', '.join(pairs)})"


def _shown(field: Field) -> str:
    column = f't."{field.name}"'
    if field.kind is Kind.BOOLEAN:
        return f"json(CASE {column} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"
    if field.kind is Kind.DAY:
        return f"replace(substr({column}, 3), '-', '/')"
    if field.kind is Kind.MOMENT:
        return _iso(column)
    if field.kind is Kind.INSTANT:
        seconds = f"CAST(strftime('%s', {column}) AS INTEGER)"
        read = f"json_object('time', {_iso(column)}, 'timeStamp', {seconds}, 'timeZone', 'UTC')"
        return f"CASE WHEN {column} IS NOT NULL THEN {read} END"
    if field.kind is Kind.FILES:
        mine = f'SELECT id, name FROM "{FILES.name}" WHERE emailId = t.id ORDER BY id'  # noqa: S608 - names of our own
        return f"(SELECT json_group_array(json_object('id', f.id, 'name', f.name)) FROM ({mine}) f)"  # noqa: S608 - same
    if field.kind is Kind.LINK and not field.bare:
        linked = f"json_object('id', {column}, '{field.label}', {_name_by_id(field)})"
        return f"CASE WHEN {column} IS NOT NULL THEN {linked} END"
    if field.kind is Kind.LINKS:
        target = RESOURCES[field.table]
        linked = f"json_object('id', x.id, '{field.label}', {target.shown_as})"
        source = f'json_each({column}) e JOIN "{target.name}" x ON x.id = e.value'
        return f"(SELECT json_group_array({linked}) FROM {source})"  # noqa: S608 - names of our own
    return column


def _iso(column: str) -> str:
    """Zero to three decimals, as the service shows them: `:08.4Z`, `:28Z`."""
    return f"rtrim(rtrim(substr({column}, 1, 23), '0'), '.') || 'Z'"


def _name_by_id(field: Field) -> str:
    # Inside the subquery bare names mean the linked table, whose fields shown_as speaks of.
    called = RESOURCES[field.table].shown_as
    return f'(SELECT {called} FROM "{field.table}" WHERE id = t."{field.name}")'  # noqa: S608 - names of our own
