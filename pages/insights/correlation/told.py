"""An answer in words: what moved with what, which way, how strongly, and what its figures are. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pages.ui import format as fmt
from pages.ui import show
from pipeline.analysis.correlation.answer import Answer
from pipeline.analysis.correlation.cases import State
from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.correlation.people import FEWEST_PEOPLE
from pipeline.analysis.correlation.questions import Question
from pipeline.console.insights import wanting
from pipeline.console.insights.correlations import Report
from pipeline.words.catalogue import Words

_FORMS = ("same_day", "next_day")


def measure(words: Words, name: str) -> str:
    """A measure's name."""
    return words(f"insights.measure.{name}")


def pair(words: Words, one: Question) -> str:
    """What is compared with what."""
    spoken = {"driver": measure(words, one.driver), "outcome": measure(words, one.outcome)}
    return words(f"corr.pair.{_form(one.lag)}", lag=one.lag, **spoken)


def lag(words: Words, days: int) -> str:
    """So many days later."""
    return words(f"corr.lags.{_form(days)}", lag=days)


def verdict(words: Words, report: Report, answer: Answer) -> str:
    """The answer in a word, inside a text: never that there is no relation, only that these days cannot tell."""
    if answer.holds:
        return f":blue-badge[:material/link: {moved(words, answer)}]"
    return f":gray-badge[{unfound(words, report, answer)}]"


def moved(words: Words, answer: Answer) -> str:
    """That it moved together, and after how many days."""
    return words(f"corr.moved.{_form(answer.question.lag)}", lag=answer.question.lag)


def unfound(words: Words, report: Report, answer: Answer) -> str:
    """Why nothing is said to have moved together."""
    state = answer.case.state
    if state == State.READY:
        return words("corr.not_found")
    if state == State.TOO_FEW:
        alone = report.person is not None
        days = wanting.more_days(answer.case)
        return words("corr.undecided_days", days=days) if alone else words("corr.undecided")
    return words(f"insights.state.{state}")


def direction(words: Words, answer: Answer) -> str:
    """Which way it went, and how strongly at least."""
    way = words("corr.positive" if answer.case.r > 0 else "corr.negative")
    return f"{way} · {words('corr.strength', strength=words(f'insights.strength.{answer.strength}'))}"


def interval(words: Words, low: float, high: float) -> str:
    """An interval's two ends."""
    return words("corr.ends", low=fmt.r(low, words.language), high=fmt.r(high, words.language))


def facts(words: Words, answer: Answer) -> tuple[tuple[str, str], ...]:
    """r and all that it is worth, each with its label."""
    case, language = answer.case, words.language
    return (
        (words("corr.r"), fmt.r(case.r, language)),
        (words("corr.interval"), interval(words, case.low, case.high)),
        (words("corr.days"), fmt.number(case.days, language)),
        (words("corr.worth"), fmt.signed(case.worth, 0, language)),
        (words("corr.corrected"), fmt.p(answer.corrected, language)),
    )


def figures(words: Words, answer: Answer) -> str:
    """The same in one line, inside a text."""
    return " · ".join(f":small[:gray[{label}]] **{show.plain(value)}**" for label, value in facts(words, answer))


def notes(words: Words, report: Report, answer: Answer) -> Iterator[str]:
    """What else has to be known of an answer, a sentence each."""
    if answer.case.state != State.READY:
        yield from _wanting(words, report, answer)
    else:
        yield from _of_ready(words, answer)
    if answer.signs_differ:
        yield words("corr.signs_differ")
    if answer.between is not None:
        yield words("corr.between", r=fmt.r(answer.between, words.language))


def _of_ready(words: Words, answer: Answer) -> Iterator[str]:
    if answer.holds:
        yield words("corr.no_cause")
    else:
        yield words("corr.findable", r=fmt.signed(answer.findable, 2, words.language))
    if answer.holds_by_itself_only:
        yield words("corr.one_pair")
    if not answer.firm:
        yield words("corr.not_firm")
    if answer.case.by_changes:
        yield words("corr.by_changes")
    if answer.dots and measures()[answer.question.driver].weather:
        yield words("corr.weather")


def _wanting(words: Words, report: Report, answer: Answer) -> Iterator[str]:
    state = answer.case.state
    if state == State.NO_DATA:
        for name, why in wanting.without_values(report.frames, answer.question).items():
            yield words("corr.no_data_of", measure=measure(words, name), why=words(f"insights.missing.{why}"))
    elif state == State.CONSTANT:
        same = wanting.unchanging(report.frames, answer.question)
        yield from (words("corr.constant_of", measure=measure(words, name)) for name in same)
        if not same:
            yield words("corr.constant_rest")
    elif state == State.FEW_PEOPLE:
        yield words("corr.few_people", people=len(answer.dots), least=FEWEST_PEOPLE)
    else:
        yield from _too_few(words, report, answer)


def _too_few(words: Words, report: Report, answer: Answer) -> Iterator[str]:
    if report.person is None:
        yield words("corr.too_few_of_all")
        return
    case, language = answer.case, words.language
    days = f"{words('corr.days')}: {words('corr.day_count', days=fmt.number(case.days, language))}"
    worth = words("corr.day_count", days=fmt.signed(case.worth, 0, language))
    yield f"{days} · {words('corr.worth')}: {worth}" if case.worth else days


def _form(days: int) -> str:
    return _FORMS[days] if days < len(_FORMS) else "later"
