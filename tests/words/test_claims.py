"""What 相関と予測 never claims: no accuracy without what it has to beat, no effect, no certainty."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.words.texts import LANGUAGES, TEXT, catalogue
from tests.support.places import ROOT

ACCURACY = re.compile(r"精度|正解率|的中率|\baccura\w+", re.IGNORECASE)
# In the same text: the rate of what is foreseen, what always giving the commoner answer would reach, the skill.
BESIDE = {
    "ja": ("割合{base_rate}", "{base_accuracy}", "ブライアスキル"),
    "en": ("base rate", "{base_accuracy}", "Brier"),
}
BANNED = {
    "ja": re.compile(r"影響|効果|改善|原因|確実"),
    "en": re.compile(
        r"\b(?:effects?|affect\w*|improv\w+|caus(?:e|es|ed|ing|al\w*)|certain(?:ty|ly)?)\b", re.IGNORECASE
    ),
}
# The one sentence that names what is not claimed, whole.
FIXED = {
    "ja": "関連は原因を意味しません。体調や曜日など別の理由もありえます",
    "en": "Moving together does not mean causing: health, weekdays or something else may be behind both.",
}
FILES = re.compile(r"(?:report_)?insights\w*|correlation|pair|questions|forecasts?")
SPEAKING = [
    path
    for wing in ("pages", "pipeline/cli", "pipeline/console", "pipeline/analysis/reports")
    for path in (ROOT / wing).rglob("*.py")
]


def is_hollow(text: str, language: str) -> bool:
    """Whether a text tells of accuracy, and not of what that has to beat."""
    return bool(ACCURACY.search(text)) and not all(word in text for word in BESIDE[language])


def claims(text: str, language: str) -> list[str]:
    """The words of a text that say more than was found."""
    return [found[0] for found in BANNED[language].finditer(text.replace(FIXED[language], ""))]


def texts_of(table: dict[str, Any]) -> list[str]:
    nested = (texts_of(value) if isinstance(value, dict) else [value] for value in table.values())
    return [text for some in nested for text in some]


def files(language: str) -> list[Path]:
    return [path for path in sorted((TEXT / language).glob("*.toml")) if FILES.fullmatch(path.stem)]


def sentences(path: Path) -> list[str]:
    """Constants of a module that are more than a name, documentation left out."""
    tree = ast.parse(path.read_text("utf-8"))
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
    found = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [text for text in found if text not in docs and not re.fullmatch(r"[\w.]*", text, re.ASCII)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_tells_of_accuracy_without_base_rate_and_brier_skill(language: str) -> None:
    told = {key: text for key, text in catalogue(language).items() if ACCURACY.search(text)}
    # The one that the morning shows: were it gone, nothing would be looked at here.
    assert "foreseen.morning.scores" in told
    assert {key for key, text in told.items() if is_hollow(text, language)} == set()


def test_no_module_tells_of_accuracy_by_itself() -> None:
    assert any(path.name == "morning.py" for path in SPEAKING)
    assert [(path.name, text) for path in SPEAKING for text in sentences(path) if ACCURACY.search(text)] == []


def test_no_script_tells_of_accuracy() -> None:
    scripts = [
        path for path in sorted((ROOT / "pages").rglob("*.js")) if "component" in path.parts or "static" in path.parts
    ]
    ours = [path for path in scripts if path.stat().st_size < 200_000]
    assert ours and [str(path) for path in ours if ACCURACY.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_page_claim_no_more_than_was_found(language: str) -> None:
    looked = {path.stem: texts_of(tomllib.loads(path.read_text("utf-8"))) for path in files(language)}
    assert {"insights", "insights_page", "forecast", "forecasts", "report_insights"} <= looked.keys()
    assert {(name, text) for name, texts in looked.items() for text in texts if claims(text, language)} == set()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("正解率は80%です", "ja"),
        ("精度80%、集中度の高い日の割合{base_rate}", "ja"),
        ("80% accurate", "en"),
        ("Accuracy {accuracy}, base rate {base_rate}", "en"),
    ],
)
def test_a_hollow_text_is_found(text: str, language: str) -> None:
    assert is_hollow(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("睡眠は集中度に影響します", "ja"),
        ("気分が改善しました", "ja"),
        ("睡眠が原因です", "ja"),
        ("95%確実です", "ja"),
        ("Sleep improves focus", "en"),
        ("the effect of sleep", "en"),
        ("Sleep causes focus", "en"),
    ],
)
def test_a_claim_is_found(text: str, language: str) -> None:
    assert claims(text, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fixed_sentence_and_effective_days_are_no_claim(language: str) -> None:
    assert claims(f"{FIXED[language]} effective days 実質日数 because", language) == []
