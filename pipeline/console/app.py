"""App: the one object that pages and the command line talk to.

Every method either answers or raises one PipelineError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from pipeline.access import Action, Person
from pipeline.analysis.builds.children import Project
from pipeline.analysis.builds.job import Builder
from pipeline.analysis.models.kept import Kept as KeptArtifacts
from pipeline.analysis.models.projects import Projects
from pipeline.analysis.quality.expectations import expectations
from pipeline.analysis.quality.inspection import Inspection
from pipeline.analysis.query.engines import Engines
from pipeline.aws import Cloud
from pipeline.check.findings import Report
from pipeline.check.progress import Looked
from pipeline.check.runs import Check
from pipeline.config import Settings
from pipeline.console.analysis.builds import BuildBoard
from pipeline.console.analysis.quality import Quality
from pipeline.console.audit import Actor
from pipeline.console.explore import Explore
from pipeline.console.insights.board import Insights
from pipeline.console.insights.foreseeing.progress import Progress
from pipeline.console.kept_queries import KeptQueries
from pipeline.console.models import Models
from pipeline.console.queries import Queries
from pipeline.console.reports.board import Reports
from pipeline.console.sources import SourceBoard
from pipeline.console.tables import TableBoard
from pipeline.documents.documents import Documents
from pipeline.documents.kept_types import KeptTypes
from pipeline.export import scan
from pipeline.jsonlog import Emit
from pipeline.lake.bucket import Lake
from pipeline.monitor.facts import Fact, State
from pipeline.monitor.function_log import Logs
from pipeline.monitor.health import Health
from pipeline.monitor.schedule import Schedules
from pipeline.monitor.tables import every_table, named_by
from pipeline.notices.looks.planned import planned
from pipeline.notices.sender import Unsettled
from pipeline.runs.freshness import NextRuns
from pipeline.runs.history import LastLook, of_table, shown_status, wants_a_look
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import History, Mode, Run, Started
from pipeline.runs.standing import Level, Standing, standing
from pipeline.runs.start_once import StartOnce, Starts
from pipeline.runs.starter import Starter
from pipeline.runs.watch import Phase
from pipeline.sources.wiring import Sources
from pipeline.tables.beside import inputs_of
from pipeline.tables.glue.catalogue import catalogue_of
from pipeline.tables.job import Converter
from pipeline.tables.manifest import Manifests

# As far back as the page's chart: sentence, cards, chart and doctor are of one reading.
JUDGED_DAYS = 30
STATES: dict[Level, State] = {"good": "ok", "busy": "ok", "quiet": "warn", "warn": "warn", "bad": "bad"}
# Files of any two of these days have the same columns and types.
KEPT_DAYS = 30


@dataclass(frozen=True)
class App:
    """The console's operations on one table and one bucket; ``now`` gives aware UTC times.

    Each is checked against the role of whoever does it: every method raises Forbidden for a person who may not.
    """

    settings: Settings
    cloud: Cloud
    lake: Lake
    ledger: Ledger
    leases: Leases
    starter: Starter
    now: Callable[[], datetime]
    actor: Actor
    sources: Sources
    engine: Engines
    _starts: Starts = field(default_factory=Starts, repr=False)
    _looked: LastLook = field(default_factory=LastLook, repr=False)
    _kept_types: KeptTypes = field(default_factory=KeptTypes, repr=False)
    _artifacts: KeptArtifacts = field(default_factory=KeptArtifacts, repr=False)
    _days: KeptArtifacts = field(default_factory=KeptArtifacts, repr=False)
    _foreseeing: Progress = field(default_factory=Progress, repr=False)
    unsettled: Unsettled = field(default_factory=Unsettled, repr=False)

    def for_person(self, who: Callable[[], Person], emit: Emit | None = None) -> App:
        """The same App in somebody's hands; ``who`` is asked anew for each action, ``emit`` takes the audit lines."""
        audit = replace(self.actor.audit, emit=emit) if emit else self.actor.audit
        return replace(self, actor=Actor(who, audit))

    def may(self, action: Action) -> bool:
        """Whether whoever uses it may do this now; screens show it, and the action itself checks again."""
        return self.actor.may(action)

    @property
    def embedded(self) -> bool:
        """Whether sample data is shown."""
        return self.settings.backend == "embedded"

    @property
    def documents(self) -> Documents:
        """What the runs have written."""
        self.actor.require("see")
        return Documents(
            self.lake, self._key_names, self.actor.doing, self._kept, self._kept_types, self.cloud.signs_for
        )

    @property
    def explore(self) -> Explore:
        """The tables that were made of the documents."""
        self.actor.require("see")
        return Explore(self.lake, self.settings.table, self.actor)

    @property
    def models(self) -> Models:
        """dbt projects whose artifacts lie in the lake."""
        return Models(Projects(self.lake, self.now, self._artifacts), self.actor)

    @property
    def builds(self) -> BuildBoard:
        """Builds of our own models."""
        project = Project(variables={"person_places": dict(self.settings.models.person_places)})
        builder = Builder(self.lake, self.ledger, self.leases, self.now, project)
        return BuildBoard(builder, self.settings.table, self.actor)

    @property
    def logs(self) -> Logs:
        """The export function's log."""
        self.actor.require("see")
        return Logs(self.cloud.logs, self.settings.function)

    @property
    def schedules(self) -> Schedules:
        """The daily run's schedule."""
        self.actor.require("see")
        return Schedules(self.cloud.scheduler, self.settings.schedule, self.actor.doing)

    @property
    def health(self) -> Health:
        """What AWS really says of the settings."""
        self.actor.require("see")
        return Health(self.cloud, self.settings, self.now, self._exports)

    @property
    def board(self) -> SourceBoard:
        """The sources beside the table."""
        return SourceBoard(self.sources, self._start_once, self.now, self.actor)

    @property
    def tables(self) -> TableBoard:
        """What the exports are as typed tables."""
        inputs = inputs_of(self.lake, self.ledger, self.now, self._key_names)
        catalogue = catalogue_of(self.settings, self.cloud, self.lake)
        converter = Converter(self.lake, self.ledger, self.leases, self.now, inputs, catalogue=catalogue)
        return TableBoard(self.lake, converter, self.now, self.actor)

    @property
    def queries(self) -> Queries:
        """SQL over the tables."""
        return Queries(Manifests(self.lake), self.engine, self.now, self.actor, self.settings.athena_usd)

    @property
    def kept_queries(self) -> KeptQueries:
        """Saved queries, and a person's history."""
        return KeptQueries(self.lake, self.now, self.actor)

    @property
    def quality(self) -> Quality:
        """Whether the table's days are what they should be."""
        inspection = Inspection(self.lake, self.engine, self.sources, self.now, expectations())
        return Quality(self.lake, inspection, self.now, self.actor)

    @property
    def insights(self) -> Insights:
        """What moved together, and what can be foreseen."""
        table = self.settings.table
        return Insights(self.queries, self._days, self.ledger, self.leases, table, self._foreseeing)

    @property
    def reports(self) -> Reports:
        """What is reported, to whom and when."""
        return Reports(self)

    def plan(self) -> NextRuns:
        """When the export runs by itself; the specified time where AWS does not say. A schedule that does not exist
        is a stopped one."""
        return planned(lambda: self.schedules.current())

    def standing(self, history: History, plan: NextRuns, start: Phase = "none") -> Standing:
        """Whether the table's exports are all right, by a history and a plan that were read; the one answer that page,
        commands and doctor give."""
        return standing(of_table(history, self.settings.table).runs, plan, self.now(), start)

    def history(self, days: int | None = None) -> History:
        """Runs of the last ``days`` (default: the setting), newest first."""
        self.actor.require("see")
        now = self.now()
        first = (now - timedelta(days=days or self.settings.history_days)).date()
        return self.ledger.history(first, now.date())

    def run(self, run_id: str, day: date) -> Run | None:
        """One ledger entry; a run that goes over midnight stays in the day it started on."""
        self.actor.require("see")
        entry = self.ledger.find(run_id, (day, day + timedelta(days=1), day - timedelta(days=1)))
        return entry.run if entry else None

    def watch(self, run_id: str, day: date) -> Run | None:
        """Like run(); a native export that nobody has looked after for a while is looked after."""
        run = self.run(run_id, day)
        # Looking after it starts the function: left to those who may.
        if run and self.may("export") and wants_a_look(run, self.now()) and self._looked.first(self.now()):
            self.starter.start({"look": True})
        return run

    def active_run(self, table: str | None = None) -> Run | None:
        """The run that holds the lease of the table (or of another one, or a source), if one does."""
        self.actor.require("see")
        lease = self.leases.current(table or self.settings.table)
        run = self.run(lease.run_id, lease.day) if lease else None
        return run if run and shown_status(run, self.now()) == "running" else None

    def tables_like(self, pattern: str) -> tuple[str, ...]:
        """The account's tables that a pattern names. Raise NotFound when none is, Forbidden…"""
        self.actor.require("export")
        return named_by(pattern, every_table(self.cloud.dynamodb, self.settings.region))

    def start_export(self, mode: Mode = "full", days: int | None = None, table: str | None = None) -> Started:
        """Start a run (of the settings' table, or of another one), or join the one that is going; an incremental one
        goes ``days`` back, or (None) to the last success. Raise FunctionFailed, NotFound, Forbidden, AuthFailed…"""
        table = table or self.settings.table
        event = {"tableName": table, "mode": mode, **({"incrementalDays": days} if days else {})}
        with self.actor.doing("export", table) as tell:
            started = self._start_once.start_or_join(table, lambda: event)
            tell(f"joined {started.run_id}" if started.joined else started.run_id)
            return started

    def check(
        self,
        days: int | None = None,
        read_data: bool = False,
        tell: Callable[[Looked], None] = lambda looked: None,
    ) -> Report:
        """Compare ledger and objects of the last days; with ``read_data`` read every document to its end. ``tell`` is
        told how far it is."""
        self.actor.require("see")
        days = days or self.settings.history_days
        return Check(self.lake, self.ledger, self.now(), days).run(self._key_names, read_data, tell)

    def item_count(self) -> int:
        """The table's records, as DynamoDB counts them about every six hours."""
        self.actor.require("see")
        return scan.describe(self.cloud.dynamodb, self.settings.table).item_count

    def _exports(self) -> Iterator[Fact]:
        judged = self.standing(self.history(JUDGED_DAYS), self.plan())
        yield Fact("export", "standing", STATES[judged.level], judged, "")

    def _key_names(self, table: str) -> tuple[str, ...]:
        # The table's own name is the table's, whatever sources there are.
        entry = None if table == self.settings.table else self.board.config().entry(table)
        if entry and self.board.kind(entry).has_days:
            return self.board.source(entry).key_names
        return scan.describe(self.cloud.dynamodb, table).key_names

    def _kept(self, table: str) -> list[Run]:
        runs = self.history(KEPT_DAYS).runs
        return [run for run in runs if run.table == table and run.key and run.status == "succeeded"]

    @property
    def _start_once(self) -> StartOnce:
        return StartOnce(self.ledger, self.leases, self.starter, self.now, self._starts)
