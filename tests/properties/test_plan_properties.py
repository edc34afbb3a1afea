"""The planner alone, on trees grown from one base: it comes to rest, loses nothing it does not name, mails no one.

One tree is made and disturbed twice (independent trees would never share an item, and so never meet an edit or a
deletion). A small interpreter then carries out what is planned as if both sides had obeyed at once, the CRM as a
lossy one, and sets the bases as `sync.settle` does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Projection
from fm_desktop.model.times import day_span
from fm_desktop.port import Side
from fm_desktop.sync import guard, policy
from fm_desktop.sync.guard import Scene, Standing
from fm_desktop.sync.merge import TWO_WAY, Lost, same_value, taken_over
from fm_desktop.sync.plan import TABLE, Change, Decision, Operation, Verb, View, plan
from fm_desktop.sync.policy import Conflicts, Direction, Facts, Options, Origin

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
TITLE_LIMIT, TEXT_LIMIT = 8, 12
ROUNDS = 5

titles = st.sampled_from(["Lunch", "Visit", "A long title indeed"])
texts = st.sampled_from(["", "short", "a text that the CRM cuts", "a text that the CRM also cuts"])
spans = st.sampled_from([day_span(date(2026, 11, day)) for day in (26, 27, 28)])
sides = st.sampled_from(list(Side))


def projections(kind: Kind = Kind.EVENT) -> st.SearchStrategy[Projection]:
    return st.builds(Projection, kind=st.just(kind), title=titles, span=spans, text=texts, completed=st.booleans())


facts = st.builds(
    Facts,
    guest=st.booleans(),
    series=st.booleans(),
    masked=st.booleans(),
    read_only=st.booleans(),
    cancelled=st.booleans(),
    others=st.integers(0, 2),
)
options = st.builds(
    Options,
    tenant=st.just("crm.example"),
    user=st.just("7"),
    zone=st.just("Europe/Madrid"),
    direction=st.sampled_from(Direction),
    conflicts=st.sampled_from(Conflicts),
)


def cut(value: Projection, *, lossy: bool) -> Projection:
    """What the CRM keeps of a value."""
    if not lossy:
        return value
    title = value.title if len(value.title) <= TITLE_LIMIT else value.title[: TITLE_LIMIT - 1].rstrip() + "…"
    shortened = len(value.text) > TEXT_LIMIT
    return replace(value, title=title, text=value.text[:TEXT_LIMIT].rstrip(), shortened=shortened)


def disturbed(draw: st.DrawFn, base: Projection | None) -> Projection | None:
    """The tree after people were at it: left, edited in some fields, deleted, or new."""
    what = draw(st.sampled_from(["left", "edited", "deleted"] if base else ["left", "new"]))
    if what == "deleted":
        return None
    if what == "left" or base is None:
        return base if what == "left" else draw(projections())
    other = draw(projections())
    names = draw(st.sets(st.sampled_from(TWO_WAY), min_size=1))
    return replace(base, **{name: getattr(other, name) for name in names})


@dataclass
class Pair:
    """One link, and an interpreter of what is planned for it."""

    view: View
    options: Options
    lossy: bool
    writes: list[Operation] = field(default_factory=list)
    waits: Callable[[Operation], bool] = lambda operation: False

    def run(self) -> int:
        """Plans and obeys until nothing is planned; returns the rounds with writes."""
        for number in range(ROUNDS + 1):
            planned = plan(self.view, self.options, NOW)
            assert planned == plan(self.view, self.options, NOW)
            if planned.forget:
                self.view = replace(self.view, base_provider=None, base_crm=None)
            elif planned.settle:
                self.view = replace(self.view, base_provider=self.view.provider, base_crm=self.view.crm)
            if not planned.operations:
                return number
            for operation in planned.operations:
                if number or not self.waits(operation):
                    self._obey(operation)
            if self.view.provider is None and self.view.crm is None:
                self.view = replace(self.view, base_provider=None, base_crm=None)
        raise AssertionError(f"still writing after {ROUNDS} rounds: {self.writes}")

    def _obey(self, operation: Operation) -> None:
        self.writes.append(operation)
        name = operation.side.value
        here: Projection | None = getattr(self.view, name)
        if operation.verb is Verb.DELETE:
            assert here is not None
            after = None
        elif operation.verb is Verb.CREATE:
            assert here is None or self.view.facts.cancelled
            after = operation.value
        else:
            assert here is not None
            after = replace(here, **dict(operation.patch.items()))
        if after is not None and operation.side is Side.CRM:
            cut_already = here is not None and here.text == after.text
            after = (
                replace(cut(after, lossy=self.lossy), shortened=True)
                if here and cut_already and here.shortened
                else cut(after, lossy=self.lossy)
            )
        self.view = replace(self.view, **{name: after})
        if operation.verb is not Verb.DELETE:
            self._agree(operation)

    def _agree(self, operation: Operation) -> None:
        """The base of what was written, as `sync.settle` sets it."""
        view = self.view
        if operation.verb is Verb.CREATE or (operation.alone and (view.base_provider is None or view.base_crm is None)):
            self.view = replace(view, base_provider=view.provider, base_crm=view.crm)
        elif view.base_provider is not None and view.base_crm is not None:
            assert view.provider is not None
            assert view.crm is not None
            names = [name for name, _ in operation.patch.items()]
            self.view = replace(
                view,
                base_provider=taken_over(view.base_provider, view.provider, names),
                base_crm=taken_over(view.base_crm, view.crm, names),
            )


@st.composite
def pairs(draw: st.DrawFn, *, of_options: st.SearchStrategy[Options] = options) -> Pair:
    lossy = draw(st.booleans())
    agreed = draw(st.none() | projections())
    base_crm = None if agreed is None else cut(agreed, lossy=lossy)
    provider = disturbed(draw, agreed)
    crm = disturbed(draw, base_crm)
    if crm is not None and crm.text != (base_crm.text if base_crm else None):
        crm = replace(crm, text=crm.text[:TEXT_LIMIT] if lossy else crm.text)
    known = draw(facts)
    origin = draw(st.sampled_from(Origin))
    if agreed is None and provider is None:
        known, origin = Facts(), Origin.CRM
    elif agreed is None and crm is None:
        origin = Origin.PROVIDER
    view = View(1, "uid", "", origin, known, provider, crm, agreed, base_crm)
    return Pair(view, draw(of_options), lossy)


both_ways = options.map(lambda each: replace(each, direction=Direction.BOTH))


def test_the_table_is_total() -> None:
    assert set(TABLE) == set(itertools.product(Change, Change))


@given(pairs())
def test_it_comes_to_rest_and_a_plan_is_the_same_twice(pair: Pair) -> None:
    assert pair.run() <= ROUNDS
    assert not plan(pair.view, pair.options, NOW).operations


@given(pairs(of_options=both_ways))
def test_both_sides_are_equal_then(pair: Pair) -> None:
    pair.run()
    provider = None if pair.view.facts.cancelled else pair.view.provider
    assert (provider is None) == (pair.view.crm is None)
    if provider is not None and pair.view.crm is not None:
        for name in TWO_WAY:
            assert same_value(name, provider, pair.view.crm, pair.options.zone), name


@given(pairs(of_options=both_ways), sides)
def test_they_are_equal_too_if_the_writes_to_one_side_had_to_wait_at_first(pair: Pair, side: Side) -> None:
    pair.waits = lambda operation: operation.side is side
    pair.run()
    provider = None if pair.view.facts.cancelled else pair.view.provider
    if provider is not None and pair.view.crm is not None:
        for name in TWO_WAY:
            assert same_value(name, provider, pair.view.crm, pair.options.zone), name


@given(pairs())
def test_R22_R24_what_is_not_editable_is_never_written_at_the_calendar(pair: Pair) -> None:
    known = pair.view.facts
    pair.run()
    if not known.editable:
        assert not [each for each in pair.writes if each.side is Side.PROVIDER]


@given(pairs())
def test_R01_one_way_never_writes_to_the_source(pair: Pair) -> None:
    direction = pair.options.direction
    pair.run()
    if direction is Direction.TO_CRM:
        assert {each.side for each in pair.writes} <= {Side.CRM}
    if direction is Direction.TO_PROVIDER:
        assert {each.side for each in pair.writes} <= {Side.PROVIDER}


def survives(name: str, value: object, before: View, after: View, lost: list[Lost]) -> bool:
    """Is a value shown on a side at the end, named as lost, or only a cut or continued form of what is shown?"""
    for shown in (after.provider, after.crm):
        if shown is not None:
            now = getattr(shown, name)
            if now == value or (isinstance(now, str) and isinstance(value, str) and now.startswith(value.rstrip("…"))):
                return True
    return any(each.field == name and each.value == value for each in lost)


@given(pairs(of_options=both_ways))
def test_every_edit_is_kept_or_named_as_lost(pair: Pair) -> None:
    before = pair.view
    pair.run()
    if before.facts.cancelled:
        return  # the organiser's cancellation outweighs every edit (design 4, "Merge")
    lost = [each for write in pair.writes for each in write.lost]
    for shown, base in ((before.provider, before.base_provider), (before.crm, before.base_crm)):
        if shown is None or (base is None and (before.provider is None) != (before.crm is None)):
            continue
        for name in TWO_WAY:
            value = getattr(shown, name)
            edited = base is not None and value != getattr(base, name)
            if edited and value and not (shown is before.crm and not before.facts.editable and before.provider is None):
                assert survives(name, value, before, pair.view, lost), (name, value, pair.writes)


@given(pairs(of_options=both_ways), st.data())
def test_edits_of_different_fields_are_both_kept(pair: Pair, data: st.DataObject) -> None:
    agreed = data.draw(projections())
    ours, theirs = data.draw(st.permutations(["title", "span", "text"]).map(lambda names: names[:2]))
    other = data.draw(projections())
    crm = cut(agreed, lossy=pair.lossy)
    view = replace(
        pair.view, facts=Facts(), origin=Origin.PROVIDER, base_provider=agreed, base_crm=crm,
        provider=replace(agreed, **{ours: getattr(other, ours)}),
        crm=replace(crm, **{theirs: getattr(cut(other, lossy=True), theirs)}, shortened=crm.shortened and theirs != "text"),
    )  # fmt: skip
    pair = Pair(view, pair.options, pair.lossy)
    pair.run()
    assert pair.view.provider is not None
    assert getattr(pair.view.provider, ours) == getattr(other, ours)
    assert view.crm is not None
    if getattr(view.crm, theirs) != getattr(crm, theirs):
        assert getattr(pair.view.provider, theirs) == getattr(view.crm, theirs)


@given(pairs())
def test_R27_no_write_to_a_meeting_with_others_goes_without_a_word(pair: Pair) -> None:
    planned = plan(pair.view, pair.options, NOW)
    there = pair.view.provider
    verdict = guard.judge(planned.operations, Scene({1: Standing(1, kind=there.kind if there else None)}, {1: 100}))
    for each in verdict.go:
        unseen = there is not None and there.kind is Kind.EVENT and dict(each.patch.items()).keys() == {"completed"}
        assert not (each.side is Side.PROVIDER and there and pair.view.facts.others) or unseen, each


# --- guards over a whole plan ---

operations = st.builds(
    Operation,
    link=st.integers(0, 30),
    side=sides,
    verb=st.sampled_from(Verb),
    why=st.just("x"),
    mails=st.integers(0, 2),
)
plans = st.lists(operations, max_size=40, unique_by=lambda each: each.link)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    standing = {
        link: Standing(
            collection=draw(st.sampled_from([1, 2, None])),
            suspect=draw(st.sampled_from(["", "", "listed as empty"])),
            series=draw(st.sampled_from(["", "", "s1"])),
            decisions=draw(
                st.dictionaries(st.tuples(sides, st.sampled_from(Verb)), st.sampled_from(Decision), max_size=1)
            ),
        )
        for link in range(31)
    }
    living = {key: draw(st.integers(0, 60)) for key in (1, 2, None)}
    return Scene(standing, living, {1: draw(st.integers(0, 6))})


def approved(operation: Operation, scene: Scene) -> bool:
    decisions = scene.standing[operation.link].decisions
    put_back = operation.verb is Verb.CREATE and decisions.get((operation.side.other, Verb.DELETE)) is Decision.KEEP
    return decisions.get((operation.side, operation.verb)) is Decision.APPROVED or (put_back and not operation.mails)


@given(plans, scenes())
def test_deletions_over_the_limit_and_mail_never_go_without_a_word(planned: list[Operation], scene: Scene) -> None:
    verdict = guard.judge(planned, scene)
    assert sorted(each.link for each in (*verdict.go, *verdict.held)) == sorted(each.link for each in planned)
    unasked = [each for each in verdict.go if not approved(each, scene)]
    assert not [each for each in unasked if each.side is Side.PROVIDER and each.mails]
    assert not [each for each in unasked if each.verb is not Verb.UPDATE and scene.standing[each.link].suspect]
    for collection, living in scene.living.items():
        gone = [
            each for each in unasked if each.verb is Verb.DELETE and scene.standing[each.link].collection == collection
        ]
        single = [each for each in gone if not scene.standing[each.link].series]
        assert len(single) <= max(guard.DELETIONS_FREE, guard.DELETIONS_SHARE * living)


@given(plans, scenes(), st.randoms())
def test_the_order_of_a_plan_does_not_change_the_verdict(planned: list[Operation], scene: Scene, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(planned)
    random.shuffle(shuffled)
    first, second = guard.judge(planned, scene), guard.judge(shuffled, scene)
    by_link = {each.link: each for each in first.held}
    assert by_link == {each.link: each for each in second.held}
    assert {each.link for each in first.go} == {each.link for each in second.go}


@given(plans, scenes(), st.integers(0, 10))
def test_a_cycle_writes_no_more_than_it_may(planned: list[Operation], scene: Scene, allowed: int) -> None:
    verdict = guard.judge(planned, replace(scene, writes_allowed=allowed))
    assert len(verdict.go) <= allowed
    assert len(verdict.go) + verdict.later + len(verdict.held) == len(planned)


@given(projections(), st.integers(-4_000, 4_000))
def test_an_old_item_is_never_copied_for_the_first_time(value: Projection, days: int) -> None:
    made = NOW + timedelta(days=days)
    span = day_span(made.date())
    chosen = Options("crm.example", "7", "Europe/Madrid")
    view = View(1, "uid", "", Origin.PROVIDER, Facts(), replace(value, span=span), None, None, None)
    planned = plan(view, chosen, NOW)
    assert bool(planned.operations) == policy.is_in_range(replace(value, span=span), NOW, chosen)
    assert bool(planned.operations) != bool(planned.ignored)
