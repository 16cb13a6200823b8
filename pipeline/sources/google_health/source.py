"""Google Health (the Fitbit Web API's successor) as a source: sleep, activity and resting heart rate, by civil days.

Sleep sessions and resting heart rates are listed, activity is rolled up by day. Sources: Google Health API reference,
"users.dataTypes.dataPoints.list" and ".dailyRollUp" (v4), and its client's type stubs. ``windowSizeDays`` is sent
although it is optional: others report that the live API wants it. A list knows only >= and <; sleep filters by its
civil end. Nothing here has been proven against the live provider.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.errors import AuthFailed, DataInvalid, Forbidden, NotFound, PipelineError, SchemaMismatch
from pipeline.sources.google_health.daily import RESTING, ROLL_UPS, SLEEP, UNPLACED, normalised, resting_day, rollup_day
from pipeline.sources.google_health.sleep import session_day
from pipeline.sources.google_health.tokens import SOURCE, not_connected
from pipeline.sources.protocol import Envelope, FetchedDay, Span, Tools

API_VERSION = "v4"
# The shortest limit of a roll-up: active-minutes and total-calories. The other types would take 90 days.
SPAN_DAYS = 14
# Fitbit's first devices counted no earlier; asking before it costs requests and brings nothing.
EARLIEST = date(2010, 1, 1)
PAGE_SIZE, MOST_PAGES = 25, 1000
PROVIDER = "google health"
_SCOPES = {
    SLEEP: "googlehealth.sleep.readonly",
    RESTING: "googlehealth.health_metrics_and_measurements.readonly",
    **dict.fromkeys(ROLL_UPS, "googlehealth.activity_and_fitness.readonly"),
}
_FILTERS = {SLEEP: "sleep.interval.civil_end_time", RESTING: "daily_resting_heart_rate.date"}

Ask = Callable[[dict[str, str]], Any]


class Accounts(Protocol):
    """Who gives access tokens (``google_accounts.GoogleAccounts``)."""

    def connected(self, user: str) -> bool:
        """Whether this person's tokens are kept."""

    def access(self, user: str) -> str:
        """An access token."""

    def renewed(self, user: str, used: str) -> str:
        """Another one than ``used``, which the provider has refused."""

    def within(self, left: Callable[[], float]) -> Accounts:
        """The same, that wait no longer than until ``left`` says that no time is."""


@dataclass(frozen=True)
class GoogleHealth:
    """The connected ``users``' days. A day is given only when every one of them was read: one document holds them all.

    ``timezone`` names the people's civil days; the provider cuts them by where the person was.
    """

    tools: Tools
    accounts: Accounts
    users: tuple[str, ...]
    url: str = "https://health.googleapis.com"
    timezone: str = "Asia/Tokyo"
    reach: date = EARLIEST
    page_size: int = PAGE_SIZE
    name: str = SOURCE
    key_names: tuple[str, ...] = ("user", "date")
    span_days: int = SPAN_DAYS

    def __post_init__(self) -> None:
        """Raise DataInvalid for a zone that is none."""
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            message = f"{self.timezone!r:.80} is no time zone, such as Asia/Tokyo"
            raise DataInvalid(message, record=self.name, field="timezone") from error

    def within(self, left: Callable[[], float]) -> GoogleHealth:
        """The same for a run, which has time until ``left`` says that there is none."""
        tools = replace(self.tools, http=self.tools.http.within(left))
        return replace(self, tools=tools, accounts=self.accounts.within(left))

    def missing_requirement(self) -> PipelineError | None:
        """AuthFailed (``not_connected``) when nobody is connected, or somebody no longer is; what the vault says."""
        if not self.users:
            return AuthFailed("nobody has connected google health", provider="google", situation="not_connected")
        try:
            return next((not_connected(user) for user in self.users if not self.accounts.connected(user)), None)
        except PipelineError as error:
            return error

    def fetch(self, span: Span) -> Iterator[FetchedDay]:
        """The days of a span, oldest first; all of them are asked for before the first is given.

        Raise AuthFailed (not_connected, revoked), Forbidden (``scope_or_review``), NotFound (``gone``), RateLimited,
        ExternalApiDown, SchemaMismatch.
        """
        today = self.tools.now().astimezone(ZoneInfo(self.timezone)).date()
        by_user = {user: self._days_of(user, span) for user in self.users}
        at = self.tools.now()
        for day in span.days():
            yield self._day(day, {user: days[day] for user, days in by_user.items()}, at, day >= today)

    def _day(self, day: date, received: Mapping[str, dict[str, Any]], at: datetime, going: bool) -> FetchedDay:
        envelopes, records, rejected = [], [], []
        for user, data in received.items():
            # Nothing about a day (no device, not worn) is no record, and no envelope.
            if not data:
                continue
            envelopes.append(Envelope(self.name, user, day, at, API_VERSION, data))
            record, refused = normalised(user, day, self.timezone, data)
            rejected += [replace(one, field=f"{user}: {one.field}") for one in refused]
            records += [record] if record else []
        return FetchedDay(day, tuple(envelopes), tuple(records), tuple(rejected), going)

    def _days_of(self, user: str, span: Span) -> dict[date, dict[str, Any]]:
        """The provider's points by day and type; what belongs to no day of the span goes with the first one."""
        zone = ZoneInfo(self.timezone)
        reader = _Reader(self, user)
        days: dict[date, dict[str, Any]] = {day: {} for day in span.days()}
        day_of: dict[str, Callable[[Any], date | None]] = {SLEEP: lambda point: session_day(point, zone)}
        for kind in (SLEEP, RESTING, *ROLL_UPS):
            find = day_of.get(kind, resting_day if kind == RESTING else rollup_day)
            for point in reader.points(kind, span):
                day = find(point)
                if day in days:
                    days[day].setdefault(kind, []).append(point)
                else:
                    days[span.first].setdefault(UNPLACED, []).append({kind: point})
        return days


class _Reader:
    """One person's requests, with one access token until it is refused."""

    def __init__(self, source: GoogleHealth, user: str) -> None:
        self._source = source
        self._user = user
        self._token = source.accounts.access(user)

    def points(self, kind: str, span: Span) -> Iterator[Any]:
        """Every page of a type."""
        answers = self._rolled_up(kind, span) if kind in ROLL_UPS else self._listed(kind, span)
        key = "rollupDataPoints" if kind in ROLL_UPS else "dataPoints"
        for answer in answers:
            points = answer.get(key, [])
            if not isinstance(points, list):
                raise _strange(kind, f"a list of {key}", points)
            yield from points
            # Unknown neighbours of the points are no point of any day: they are refused with the rest.
            yield from ({name: answer[name]} for name in sorted(answer.keys() - {key, "nextPageToken"}))

    def _listed(self, kind: str, span: Span) -> Iterator[dict[str, Any]]:
        field, end = _FILTERS[kind], span.last + timedelta(days=1)
        asked = {"pageSize": str(self._source.page_size)}
        asked["filter"] = f'{field} >= "{span.first}" AND {field} < "{end}"'
        url = f"{self._types}/{kind}/dataPoints"
        return self._pages(kind, lambda page: self._source.tools.http.get(url, {**asked, **page}, self._bearer()))

    def _rolled_up(self, kind: str, span: Span) -> Iterator[dict[str, Any]]:
        span_of = {"start": _civil(span.first), "end": _civil(span.last + timedelta(days=1))}
        asked = {"range": span_of, "windowSizeDays": 1, "pageSize": self._source.page_size}
        url = f"{self._types}/{kind}/dataPoints:dailyRollUp"
        return self._pages(kind, lambda page: self._source.tools.http.post(url, {**asked, **page}, self._bearer()))

    def _pages(self, kind: str, ask: Ask) -> Iterator[dict[str, Any]]:
        page: dict[str, str] = {}
        seen: set[str] = set()
        while True:
            answer = self._asked(kind, partial(ask, page))
            if not isinstance(answer, dict):
                raise _strange(kind, "an object", answer)
            yield answer
            following = answer.get("nextPageToken")
            if not following:
                return
            if not isinstance(following, str) or following in seen or len(seen) >= MOST_PAGES:
                raise _strange(kind, f"a new page, at most {MOST_PAGES}", following)
            seen.add(following)
            page = {"pageToken": following}

    def _asked(self, kind: str, ask: Callable[[], Any]) -> Any:
        try:
            return self._again(ask)
        except Forbidden as error:
            facts = {**error.facts, "user": self._user, "action": _SCOPES[kind], "situation": "scope_or_review"}
            raise Forbidden(f"{self._user}: {error.message}", **facts) from error
        except NotFound as error:
            if error.facts.get("status") != "410":
                raise
            raise NotFound(error.message, **{**error.facts, "situation": "gone"}) from error

    def _again(self, ask: Callable[[], Any]) -> Any:
        """Ask; once more with another token where this one is refused. Raise AuthFailed when that is, too."""
        try:
            return ask()
        except AuthFailed:
            # Ended early, revoked, or our clock is wrong: the provider's word counts, not the stored time.
            self._token = self._source.accounts.renewed(self._user, self._token)
        try:
            return ask()
        except AuthFailed as error:
            facts = {**error.facts, "user": self._user, "situation": "token_refused"}
            raise AuthFailed(f"{self._user}: {error.message}", **facts) from error

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    @property
    def _types(self) -> str:
        return f"{self._source.url}/{API_VERSION}/users/me/dataTypes"


def _civil(day: date) -> dict[str, Any]:
    """Midnight at the beginning of a day, as CivilDateTime."""
    return {"date": {"year": day.year, "month": day.month, "day": day.day}}


def _strange(kind: str, expected: str, found: Any) -> SchemaMismatch:
    message = f"{PROVIDER} {kind}: expected {expected}, found a {type(found).__name__}"
    return SchemaMismatch(message, key=f"{PROVIDER} {kind}", expected=expected, found=type(found).__name__)
