"""The checks: what is known of a day against the days before, and what of it is a finding. Pure.

A check that cannot be made says so: what it has found before then stays open, instead of being healed by silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.analysis.quality import anomaly
from pipeline.analysis.quality.anomaly import count_verdict, rate_verdict
from pipeline.analysis.quality.expectations import Expectations
from pipeline.analysis.quality.facts import Facts, Past
from pipeline.analysis.quality.findings import WHOLE, Check, Finding, subject_of
from pipeline.analysis.quality.profile import ColumnProfile, Profile
from pipeline.tables.entities import UNNAMED

# A day that is missing for longer is told no more: it will not come back.
MISSING_DAYS = 7
_NUMBERS = frozenset(("integer", "decimal"))
# Made of the records of the day themselves.
_OF_PROFILE: frozenset[Check] = frozenset(
    "duplicate_keys entity_vanished column_vanished type_changed entity_new column_new count_anomaly null_rate_drift "
    "out_of_range orphans".split()  # type: ignore[arg-type]
)
_OF_COLUMNS: frozenset[Check] = frozenset(("column_vanished", "column_new", "type_changed"))
_OF_NOW: frozenset[Check] = frozenset(("late_table", "late_source"))


@dataclass(frozen=True)
class Judged:
    """What was found, worst first; the checks that could not be made; how many days there were to learn from; and ids
    of findings of which nobody can say whether they still stand (``unjudged``)."""

    findings: tuple[Finding, ...]
    skipped: frozenset[Check]
    learned: int
    unjudged: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Commands:
    """What to run next; nothing in it but names that were checked, so that it can be copied."""

    table: str
    day: date

    def select(self, sql: str) -> str:
        return f'python -m pipeline query "{sql}" --table {self.table} --day {self.day}'

    def make(self, day: date) -> str:
        return f"python -m pipeline tables --table {self.table} --from {day} --to {day}"


def judged(facts: Facts, expected: Expectations) -> Judged:
    """All checks of one day."""
    found = [*_of_document(facts), *_of_days(facts), *_of_sources(facts)]
    if facts.profile:
        found += _of_profile(facts, facts.profile, expected)
    found.sort(key=lambda one: (one.grade != "error", one.check, one.subject))
    return Judged(tuple(found), _skipped(facts), anomaly.learned([past.day for past in facts.before], facts.day))


def _skipped(facts: Facts) -> frozenset[Check]:
    skipped: set[Check] = set()
    if facts.profile is None:
        skipped |= _OF_PROFILE
    if facts.profile and facts.profile.cut:
        skipped |= _OF_COLUMNS
    if (facts.claimed is None or facts.counted is None) and not facts.damaged:
        skipped.add("count_differs")
    if not facts.is_now:
        skipped |= _OF_NOW
    if facts.sources is None:
        skipped |= {"late_source", "refused_fields"}
    return frozenset(skipped)


def _of_document(facts: Facts) -> Iterator[Finding]:
    claimed, counted = facts.claimed, facts.counted
    command = "python -m pipeline check --read-data"
    if facts.damaged:
        yield Finding("count_differs", WHOLE, "?" if counted is None else f"{counted:,}", "?", command)
    if claimed is not None and counted is not None and claimed != counted:
        yield Finding("count_differs", WHOLE, f"{claimed:,}", f"{counted:,}", command, abs(claimed - counted))
    if facts.profile is None:
        found = "0" if counted is None else f"0 / {counted:,}"
        yield Finding("no_tables", WHOLE, str(facts.day), found, _Commands(facts.table, facts.day).make(facts.day))
    for key, command in facts.unread:
        yield Finding("unreadable", subject_of(key), "JSON", "?", command)


def _of_days(facts: Facts) -> Iterator[Finding]:
    first = min(facts.documents, default=facts.day)
    for back in range(1, MISSING_DAYS + 1):
        day = facts.day - timedelta(days=back)
        if first < day and day not in facts.documents:
            yield Finding("missing_day", str(day), str(day), "–", "python -m pipeline history")
    expected = facts.today - timedelta(days=1)
    if facts.day < expected and facts.is_now:
        late = (facts.today - facts.day).days
        yield Finding("late_table", WHOLE, str(expected), str(facts.day), "python -m pipeline status", late)


def _of_sources(facts: Facts) -> Iterator[Finding]:
    for source in facts.sources or ():
        command = f"python -m pipeline run {source.name}"
        if source.late and facts.is_now:
            newest = str(source.newest) if source.newest else "–"
            yield Finding("late_source", source.name, str(facts.today), newest, command)
        if source.refused:
            yield Finding("refused_fields", source.name, "0", f"{source.refused:,}", command, source.refused)


def _of_profile(facts: Facts, profile: Profile, expected: Expectations) -> Iterator[Finding]:
    commands = _Commands(facts.table, facts.day)
    look = commands.select("select * from all_records limit 20")
    if profile.duplicates:
        doubles = commands.select("select pk, sk, count(*) from all_records group by all having count(*) > 1")
        yield Finding("duplicate_keys", "pk, sk", "0", f"{profile.duplicates:,}", doubles, profile.duplicates)
    yield from _entities(facts, profile, look)
    yield from _columns(facts, profile, look)
    yield from _counts(facts, profile, look)
    yield from _nulls(facts, profile, look)
    yield from _expected(profile, expected, commands)


def _entities(facts: Facts, profile: Profile, look: str) -> Iterator[Finding]:
    known = {name: number for past in _window(facts) for name, number in past.entities.items() if number}
    for name in sorted(known.keys() - profile.entities.keys()):
        yield Finding("entity_vanished", _kind(name), f"{known[name]:,}", "0", "python -m pipeline history")
    # Days that do not tell all of their kinds tell of none that it is new.
    whole = bool(known) and all(past.is_whole for past in _window(facts))
    for name in sorted(profile.entities.keys() - known.keys()) if whole else ():
        yield Finding("entity_new", _kind(name), "0", f"{profile.entities[name]:,}", look)


def _columns(facts: Facts, profile: Profile, look: str) -> Iterator[Finding]:
    profiles = [past.profile for past in _window(facts) if past.profile]
    if not profiles or profile.cut:
        return
    known = {names: column for before in profiles for names, column in before.columns.items()}
    kinds = {entity for before in profiles for entity in before.entities}
    for names in sorted(known.keys() - profile.columns.keys()):
        if names[0] in profile.entities:
            yield Finding("column_vanished", _column(names), f"{known[names].present:,}", "0", look)
    for names in sorted(profile.columns):
        column = profile.columns[names]
        if names not in known:
            # Of a kind that is new itself, no column is told by itself; and a profile that was cut knows not all.
            if names[0] in kinds and not profiles[-1].cut:
                yield Finding("column_new", _column(names), "0", f"{column.present:,}", look)
        else:
            yield from _types(names, column, profiles, look)


def _types(names: tuple[str, str], column: ColumnProfile, profiles: Sequence[Profile], look: str) -> Iterator[Finding]:
    """Against the newest day that has values there. DynamoDB has one type of number: 5 and 5.5 are the same."""
    before = next(
        (p.columns[names].types for p in reversed(profiles) if names in p.columns and p.columns[names].types), ()
    )
    new = set(column.types) - set(before)
    if _NUMBERS & set(before):
        new -= _NUMBERS
    if before and new:
        yield Finding("type_changed", _column(names), ", ".join(before), ", ".join(column.types), look)


def _counts(facts: Facts, profile: Profile, look: str) -> Iterator[Finding]:
    series = [(WHOLE, profile.records, {past.day: past.records for past in facts.before})]
    for name, number in profile.entities.items():
        # A kind that was not there yet had no records: its history begins with the first of them.
        history = {past.day: past.entities[name] for past in facts.before if name in past.entities}
        series.append((_kind(name), number, history))
    for subject, number, history in series:
        verdict = count_verdict(history, facts.day, number)
        if verdict and verdict.is_odd:
            expected = f"{verdict.expected:+,.0f} ± {verdict.tolerance:,.0f}"
            size = abs(verdict.found - verdict.expected)
            yield Finding("count_anomaly", subject, expected, f"{verdict.found:+,.0f}", look, size)


def _nulls(facts: Facts, profile: Profile, look: str) -> Iterator[Finding]:
    profiles = [past.profile for past in _window(facts) if past.profile]
    for names in profile.columns:
        history = [before.null_rate(*names) for before in profiles if names in before.columns]
        rate = profile.null_rate(*names)
        verdict = rate_verdict(history, rate, profile.entities[names[0]])
        if verdict and verdict.is_odd:
            expected = f"{verdict.expected:.1%} ± {verdict.tolerance:.1%}"
            yield Finding(
                "null_rate_drift", _column(names), expected, f"{rate:.1%}", look, abs(rate - verdict.expected)
            )


def _expected(profile: Profile, expected: Expectations, commands: _Commands) -> Iterator[Finding]:
    for one in expected.ranges:
        column = profile.columns.get((one.entity, one.column))
        if column and column.outside:
            name = (one.entity, one.column)
            command = commands.select(
                f"select * from {one.entity} where {one.column} not between {one.low:g} and {one.high:g}"  # noqa: S608
            )
            bounds = f"{one.low:g}–{one.high:g}"
            yield Finding("out_of_range", _column(name), bounds, f"{column.outside:,}", command, column.outside)
    for each in expected.references:
        orphans = profile.orphans.get((each.entity, each.column), 0)
        if orphans:
            command = commands.select(f"select * from {each.entity} limit 20")  # noqa: S608 - names of our own
            subject = f"{each.entity}.{each.column}"
            yield Finding("orphans", subject, "0", f"{orphans:,}", command, orphans)


def _window(facts: Facts) -> list[Past]:
    first = facts.day - timedelta(days=anomaly.WINDOW_DAYS)
    return [past for past in facts.before if first <= past.day < facts.day]


def _kind(name: str) -> str:
    return subject_of(name or UNNAMED)


def _column(names: tuple[str, str]) -> str:
    return subject_of(names[0] or UNNAMED, names[1])
