"""How the models and their tests stand, as parts of a document: our newest build, the period's builds, others. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.analysis.models.builds import OUR_PROJECT, Brief, BuildIndex, NodeRun
from pipeline.analysis.models.standing import PASS_TARGET, Level, Standing, Tally
from pipeline.analysis.reports.blocks.columns import columns
from pipeline.analysis.reports.document import Facts, Paragraph, Part, Table, Tone, Value
from pipeline.analysis.reports.shown import NOTHING, Shown
from pipeline.errors import PipelineError

_SENTENCES: Final[dict[Level, str]] = {
    "good": "models.all_good",
    "part": "models.in_part",
    "warn": "models.warned",
    "bad": "models.failed",
    "none": "models.no_build",
}
_TONES: Final[dict[Level, Tone]] = {"warn": "warning", "bad": "warning"}
# The marks of the console, as far as the fonts of a PDF have them: × is its ✗.
_MARKS: Final = {
    "ok": ("✓", "models.ok"),
    "warn": ("!", "models.warn"),
    "bad": ("×", "models.bad"),
    "skipped": ("–", "models.skipped"),
    "none": ("–", "models.no_result"),
}
# Of the nodes that builds tell of, those that hold rows.
_BUILT: Final = ("model.", "seed.", "snapshot.")


@dataclass(frozen=True)
class Other:
    """Somebody's project beside ours: how it stands, or why it cannot be read."""

    name: str
    standing: Standing | PipelineError


@dataclass(frozen=True)
class Models:
    """What is known of our builds; ``at`` is the moment that the report stands for, ``since`` and ``until`` (aware) the
    period's ends. ``others_left`` projects were too many."""

    index: BuildIndex
    at: datetime
    since: datetime
    until: datetime
    others: tuple[Other, ...] = ()
    others_left: int = 0


def models(told: Models, shown: Shown) -> tuple[Part, ...]:
    """The parts of a block. What began after the moment is not told of."""
    briefs = [one for one in told.index.builds if one.started_at <= told.at]
    ours: tuple[Part, ...] = (Paragraph(shown.words("report_blocks.never_built")),)
    if briefs:
        ours = tuple(_ours(briefs, told, shown))
    return *ours, *_others(told, shown)


def _ours(briefs: Sequence[Brief], told: Models, shown: Shown) -> Iterator[Part]:
    newest = briefs[0]
    when = shown.moment(newest.started_at)
    sentence = shown.words(_SENTENCES[newest.level], project=OUR_PROJECT, when=when)
    yield Paragraph(sentence, _TONES.get(newest.level, "plain"))
    yield Facts(tuple(_facts(newest, briefs, told, shown)))
    later = {one.run_id for one in told.index.builds if one.started_at > told.at}
    rows = tuple(_rows(told.index, later, shown))
    if rows:
        named = columns(("model", "state", "rows", "change", "seconds", "tests"), shown)
        yield Table(shown.words("report_blocks.models"), named, rows)


def _facts(newest: Brief, briefs: Sequence[Brief], told: Models, shown: Shown) -> Iterator[tuple[str, Value]]:
    words = shown.words
    yield words("report_blocks.last_build"), newest.started_at
    yield words("models.models_label"), _tally(newest.models, shown)
    yield words("models.tests_label"), _share(newest.share, newest.tests, shown)
    yield words("models.seconds_label"), words("models.seconds", seconds=shown.number(newest.seconds, 1))
    yield words("models.published_label"), _publication(newest, shown)
    period = [one for one in briefs if told.since <= one.started_at < told.until]
    counts = {"total": shown.number(len(period)), "failed": shown.number(sum(one.level == "bad" for one in period))}
    yield words("report_blocks.builds"), words("report_blocks.totals", **counts)


def _publication(newest: Brief, shown: Shown) -> str:
    if newest.published:
        return shown.words("models.published")
    why = shown.words(f"dbt.withheld.{newest.withheld or 'unknown'}")
    return shown.words("dbt.blocked", why=why, names=", ".join(newest.blocked_by)) if newest.blocked_by else why


def _rows(index: BuildIndex, later: set[str], shown: Shown) -> Iterator[tuple[Value, ...]]:
    for unique_id, every in sorted(index.nodes.items()):
        runs = [run for run in every if run.run_id not in later]
        if runs and unique_id.startswith(_BUILT):
            counted = [run.rows for run in runs if run.rows is not None]
            change = counted[0] - counted[1] if len(counted) > 1 else None
            yield _name(unique_id), _state(runs[0], shown), runs[0].rows, change, runs[0].seconds, _tests(runs[0])


def _name(unique_id: str) -> str:
    return unique_id.split(".", 2)[-1]


def _state(run: NodeRun, shown: Shown) -> str:
    mark, key = _MARKS[run.shown]
    told = f"{mark} {shown.words(key)}"
    return f"{told} · {shown.words('models.affected')}" if run.affected else told


def _tests(run: NodeRun) -> str:
    return f"{run.tests_ok}/{run.tests}" if run.tests else NOTHING


def _tally(tally: Tally, shown: Shown) -> str:
    rest = tally.skipped + tally.none
    return shown.words("report_blocks.tally", ok=tally.ok, warn=tally.warn, bad=tally.bad, rest=rest)


def _share(share: float | None, tests: Tally, shown: Shown) -> str:
    """Cut, not rounded: 89.99 % is below 90 %."""
    if share is None or not tests.judged:
        return shown.words("models.no_share")
    percent = f"{int(1000 * tests.ok / tests.judged) / 10:g}"
    return shown.words("models.share", percent=percent, target=f"{PASS_TARGET:.0%}".rstrip("%"))


def _others(told: Models, shown: Shown) -> Iterator[Part]:
    if not told.others:
        return
    named = columns(("project", "state", "built", "models", "tests"), shown)
    rows = tuple(_other(one, shown) for one in told.others)
    yield Table(shown.words("report_blocks.other_projects"), named, rows)
    if told.others_left:
        number = shown.number(told.others_left)
        yield Paragraph(shown.words.count("report_blocks.projects_left", told.others_left, number), "note")


def _other(one: Other, shown: Shown) -> tuple[Value, ...]:
    if isinstance(one.standing, PipelineError):
        return one.name, shown.words.error(one.standing)[0], None, None, None
    told = one.standing
    state = shown.words(f"report_blocks.level.{told.level}")
    return one.name, state, told.built_at, _tally(told.models, shown), _share(told.share, told.tests, shown)
