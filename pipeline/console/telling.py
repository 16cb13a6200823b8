"""How it stands, in words: the one sentence, what to do about it, and when the next run is.

The page, the command line and the doctor say the same, because they all ask here.
"""

from __future__ import annotations

from datetime import datetime

from pipeline.runs.run import Run
from pipeline.runs.standing import Standing, State
from pipeline.words.catalogue import Words
from pipeline.words.moments import jst_date, span, when

# What needs no next step.
_SAYS_ALL: frozenset[State] = frozenset(("ok",))


def sentence(words: Words, standing: Standing) -> str:
    """The answer to "is it all right?"."""
    state, now = standing.state, standing.at
    if state == "late":
        late = span(words, now - standing.due)
        return words("headline.late", time=when(words, standing.due, now), late=late)
    if state == "stopped" and standing.run is None:
        return words("headline.stopped_none")
    return words(f"headline.{state}", time=_moment(words, standing.run, now) if standing.run else "")


def step(words: Words, standing: Standing) -> str:
    """What to do about it; empty where nothing is to be done."""
    return "" if standing.state in _SAYS_ALL else words(f"headline.{standing.state}_step")


def coming(words: Words, standing: Standing) -> str:
    """When the next run is, or that there is none; empty where the sentence has said so."""
    if standing.next_at is None:
        return "" if standing.state == "stopped" else words("headline.disabled")
    left = words("headline.left", span=span(words, standing.next_at - standing.at))
    return words("headline.next", time=when(words, standing.next_at, standing.at), left=left)


def _moment(words: Words, run: Run, now: datetime) -> str:
    # Of a document that no run tells of only the day is known.
    return jst_date(run.started_at) if run.legacy else when(words, run.started_at, now)
