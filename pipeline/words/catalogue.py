"""Every word a person reads, from one catalogue a language (``ja/*.toml``, ``en/*.toml``, a file a wing). Pure.

A missing key raises at once, so that a test finds it before a person does.
"""

from __future__ import annotations

from babel import Locale

from pipeline.errors import BY_CODE, PipelineError
from pipeline.words.texts import DEFAULT_LANGUAGE as DEFAULT_LANGUAGE
from pipeline.words.texts import LANGUAGES as LANGUAGES
from pipeline.words.texts import catalogue as catalogue


class Words:
    """The catalogue of one language. Call it with a dotted key and the placeholders' values."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else DEFAULT_LANGUAGE
        self._texts = catalogue(self.language)
        self._locale = Locale.parse(self.language)

    def __call__(self, key: str, **values: object) -> str:
        """The text of ``key``. Raise KeyError for an unknown key or a missing placeholder."""
        return self._texts[key].format(**values)

    def count(self, key: str, number: int, shown: str) -> str:
        """The plural form of ``key`` that suits ``number``, written as ``shown``."""
        form = f"{key}.{self._locale.plural_form(number)}"
        return self._texts.get(form, self._texts[f"{key}.other"]).format(n=shown)

    def error(self, error: PipelineError) -> tuple[str, str, str]:
        """Title, cause and remedy of an error."""
        return self.error_of_code(error.code, error.state)

    def error_of_code(self, code: str, state: str = "") -> tuple[str, str, str]:
        """Title, cause and remedy of an error code, in whose place a ``state`` may have texts of its own; an unknown
        code reads as a failed function."""
        general, own = f"errors.{code if code in BY_CODE else 'E011'}", f"situations.{state}"
        parts = ("title", "cause", "remedy")
        return tuple(self._texts.get(f"{own}.{part}", self._texts[f"{general}.{part}"]) for part in parts)  # type: ignore[return-value]

    def facts(self, error: PipelineError) -> list[tuple[str, str]]:
        """The error's facts that a person can use, as (label, value)."""
        facts = {**error.facts, "looked_in": self._places(error.facts.get("looked_in", ""))}
        labelled = ((self._texts.get(f"facts.{name}"), value) for name, value in facts.items())
        return [(label, value) for label, value in labelled if label and value]

    def _places(self, looked_in: str) -> str:
        """Where a setting was looked for: files by their names, what is none of them in words."""
        places = [(place, *place.partition(" ")) for place in looked_in.split(", ")]
        return ", ".join(
            self._texts.get(f"looked_in.{kind}", "{place}").format(place=whole, name=name)
            for whole, kind, _, name in places
        )
