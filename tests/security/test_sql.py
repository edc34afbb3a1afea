"""SQL is put together from the program's own words alone; whatever comes from outside travels as a parameter."""

import ast

import pytest

from fm_desktop.sync import accounts
from fm_desktop.sync.links import Links
from fm_desktop.sync.policy import Origin
from fm_desktop.sync.store import Store
from tests.security.sources import Constants, Source, name_of, program

# `Store` with its own, and a connection of SQLite. The rest of these names belongs to other things, too.
_STATEMENTS = {"rows", "row", "value", "run", "execute", "executemany", "executescript"}
_STORES = ("store", "db", "connection", "cursor")
_REVIEWED = frozenset(
    {
        "fm_desktop/sync/links.py: name",  # names of fields of `Link`: the next test
        "fm_desktop/sync/store.py: sql",  # passed on: whoever calls `Store` is looked at
        "fm_desktop/sync/store.py: text",  # a script that is a file of the program
        "fm_desktop/sync/store.py: step",  # a number
    }
)


def statements(source: Source) -> list[ast.Call]:
    if source.path.startswith("fm_desktop/providers"):  # other connections
        return []
    found = []
    for each in source.calls():
        thing, _, method = name_of(each.func).rpartition(".")
        if method in _STATEMENTS and each.args and thing.rpartition(".")[2].lstrip("_") in _STORES:
            found.append(each)
    return found


def with_foreign_words(source: Source) -> list[str]:
    found = statements(source)
    if not found:
        return []
    constants = Constants(source, _REVIEWED)
    return [source.at(each) for each in found if not constants.is_one(each.args[0], constants.function_around(each))]


def test_no_statement_holds_anything_but_words_of_the_program():
    assert sum(len(statements(each)) for each in program()) > 100
    assert [line for each in program() for line in with_foreign_words(each)] == []


@pytest.mark.parametrize(
    "line",
    [
        "self._store.rows(f'SELECT * FROM link WHERE title = {title}')",
        "self._store.rows('SELECT * FROM link WHERE title = ' + title)",
        "self._store.run('DELETE FROM link WHERE title = %s' % title)",
        "self._store.run('DELETE FROM link WHERE title = {}'.format(title))",
        "store.db.execute(title)",
        "words = f'title = {title}'; self._store.rows(f'SELECT * FROM link WHERE {words}')",
        "parts = ['1']; parts.append(title); self._store.rows(f'SELECT 1 WHERE {\" AND \".join(parts)}')",
    ],
)
def test_a_statement_with_a_title_in_it_is_noticed(line):
    source = Source(
        "sample.py", ast.parse(f"def look(self, store, title):\n    {line}\n\ndef call(row):\n    look(row.title)")
    )
    assert len(with_foreign_words(source)) == 1


def test_connections_of_sqlite_are_made_in_the_engine_only():
    made = [each.path for each in program() for call in each.calls() if name_of(call.func) == "sqlite3.connect"]
    assert {each.rpartition("/")[0] for each in made} == {"fm_desktop/sync"}


def test_only_fields_of_a_link_become_columns(tmp_path):
    store = Store.open(tmp_path / "state.sqlite3")
    links = Links(store, accounts.ensure(store, "tenant", "1", "emma@example.com"), "1")
    link = links.add("fmd1-1", "uid", "", Origin.PROVIDER)
    with pytest.raises(TypeError):
        links.update(link, **{"title = 'x' --": 1})
    assert links.get(link.id) == link
    store.close()
