"""pipeline.words.catalogue and its catalogues: the same keys in both languages, no word anywhere else."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path
from typing import get_args

import pytest

from pipeline.access import Role, State
from pipeline.errors import ALL_ERRORS, ConfigInvalid, NotFound, PipelineError
from pipeline.words.catalogue import LANGUAGES, Words, catalogue
from tests.support.places import ROOT

SCREEN = [ROOT / "streamlit_app.py", *sorted((ROOT / "pages").rglob("*.py"))]
# What says words without drawing them.
SPEAKING = [*SCREEN, ROOT / "pipeline" / "words" / "moments.py", ROOT / "pipeline" / "documents" / "workbook.py"]
SPEAKING += sorted((ROOT / "pipeline" / "analysis" / "reports").rglob("*.py"))
SPEAKING += [path for wing in ("console", "cli") for path in sorted((ROOT / "pipeline" / wing).rglob("*.py"))]
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
# Built as f"{family}.{name}": each name is looked up by the tests of the room that owns it.
BUILT = tuple(
    "headline. day. sort. detail. engine. kind. diff. health. remedy. state. chart. history. role. looked_in.".split()
)
BUILT += (
    "source_state.",
    "board.",
    "source_part.",
    "source_day.",
    "table_day.",
    "said.",
    "engine_why.",
    "change.",
    "cli_column.",
    "cli_grade.",
    "cli_finding.",
    "cli_fact.",
    "cli_stack.",
    "cli_package.",
    "cli_origin.",
    "bench.",
    "example.",
    "cli_query.",
    "quality.grade.",
    "quality.finding.",
    "quality.state.",
    "quality.fact.",
    "quality.check.",
    "quality.step.",
    "dbt.withheld.",
    "dbt.show.",
    "dbt.severity.",
    "dbt.kinds.",
    # Built as f"dbt.none_{name}" for what is upstream and downstream.
    "dbt.none_",
    "buildlog.level.",
    "inspect.mark.",
    "inspect.mark_about.",
    "inspect.type.",
    "asked.lags.",
    "asked.title.",
    "insights_cli.",
    "report_runs.",
    *(f"report_blocks.{name}" for name in ("column.", "kind.", "level.", "standing.", "work", "runs_")),
    *(f"report_editor.{name}." for name in "about day kind modes need of_block periods shape".split()),
    *(f"report_editor.{does}" for does in ("up", "down", "remove", "first", "last")),
    *(
        f"reports.{name}."
        for name in "column day languages look nothing notices.kind notices.outcomes period state".split()
    ),
    "reports.delete",
    "reports.give_back",
    "insights.measure.",
    "insights.unit.",
    "insights.origin.",
    "insights.question.",
    "insights.missing.",
    "insights.state.",
    "insights.strength.",
    "corr.pair.",
    "corr.moved.",
    "corr.lags.",
    "corr.filter.",
    "corr.sheet.",
    "pair.plane.",
    "pair.lag.",
    "pair.recipe.",
    "foreseen.target.",
    "foreseen.value.",
    "foreseen.axis.",
    "foreseen.verdict.",
    "foreseen.badge.",
    "foreseen.name.",
    "foreseen.morning.",
    "foreseen.project.",
    "foreseen.growth.",
    "foreseen.earlier.",
    # Built as f"result.message_{shown}" for what became of a run.
    "result.message_",
    # Built as f"notices.{what}.{kind}"; the function says them, too.
    "notices.",
)
# Built as f"gate.{state}…" for those who are signed in and not admitted.
REFUSALS = tuple(f"gate.{state}" for state in ("stranger", "unverified"))
OWN_WORDS = ("gate.signed_out", "gate.expired", "gate.admitted")
PLURALS = (".one", ".other")
# Calls of streamlit whose first argument a person reads.
SHOWN = {
    *"title header subheader caption text markdown write info warning error success metric button link_button".split(),
    *"download_button badge status spinner expander dialog segmented_control radio selectbox number_input".split(),
}


def stem(key: str) -> str:
    return next((key.removesuffix(end) for end in PLURALS if key.endswith(end)), key)


def strings_of(path: Path) -> list[ast.Constant]:
    tree = ast.parse(path.read_text("utf-8"))
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [node for node in found if node.value not in docs]


def test_both_languages_have_the_same_keys() -> None:
    assert {stem(key) for key in catalogue("ja")} == {stem(key) for key in catalogue("en")}


def test_both_languages_have_the_same_placeholders() -> None:
    def fields(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    japanese, english = catalogue("ja"), catalogue("en")
    assert {key: fields(japanese[key]) for key in japanese} == {key: fields(english[key]) for key in japanese}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("error", ALL_ERRORS)
def test_every_error_has_title_cause_and_remedy(language: str, error: type[PipelineError]) -> None:
    assert all(Words(language).error(error("x")))


def test_the_japanese_titles_are_those_of_the_specification() -> None:
    titles = [Words("ja").error_of_code(error.code)[0] for error in ALL_ERRORS]
    assert titles == [
        "認証エラー",
        "レート制限",
        "データ検証エラー",
        "履歴が表示されない",
        "DynamoDBスロットリング",
        "外部API障害",
        "データ変換エラー",
        "タイムアウト",
        "メモリ制限超過",
        "スキーマ不一致",
        "手動エクスポートが失敗",
        "実行中",
        "設定エラー",
        "リソースが見つかりません",
        "権限がありません",
    ]


def test_the_english_catalogue_holds_no_japanese() -> None:
    assert [key for key, text in catalogue("en").items() if JAPANESE.search(text)] == []


def test_the_japanese_catalogue_is_japanese() -> None:
    spoken = {key: re.sub(r"\{\w+\}", "", text) for key, text in catalogue("ja").items()}
    without = {key for key, text in spoken.items() if re.search(r"\w", text) and not JAPANESE.search(text)}
    # Names that Japanese writes as they are; what has no letter of its own puts other texts side by side.
    assert without == {"report_editor.need.sql", "report_editor.modes.yaml"}


GLOSSARY = {
    "export": "エクスポート",
    "data source": "データソース",
    "source": "ソース",
    "backfill": "再取得",
    "calendar": "カレンダー",
    "place": "地点",
    "account": "アカウント",
    "time zone": "タイムゾーン",
    "schedule": "スケジュール",
    "bucket": "バケット",
    "table": "テーブル",
    "preview": "プレビュー",
    "download": "ダウンロード",
    "permission": "権限",
    "segment": "セグメント",
    "checksum": "チェックサム",
    "storage class": "ストレージクラス",
    "point-in-time recovery": "ポイントインタイムリカバリ",
    "versioning": "バージョニング",
    "lifecycle": "ライフサイクル",
}


@pytest.mark.parametrize("term", GLOSSARY)
def test_a_term_has_one_japanese_word(term: str) -> None:
    """Where a short English label is about a term, the Japanese label uses its one word."""
    labels = {key: text for key, text in catalogue("en").items() if re.fullmatch(rf"(?i){term}s?", text)}
    assert labels or any(term in text.lower() for text in catalogue("en").values())
    assert [key for key in labels if GLOSSARY[term] not in catalogue("ja")[key]] == []


def test_every_fact_of_the_health_check_has_its_label_and_its_remedy() -> None:
    source = (ROOT / "pipeline" / "monitor" / "health.py").read_text("utf-8")
    named = set(re.findall(r'Fact\("(\w+)", "(\w+)"', source)) - {("permission", "denied")}
    judged = {(s, n) for s, n in named if re.search(rf'Fact\("{s}", "{n}", "ok" if', source)}
    texts = catalogue("en")
    assert {f"health.{subject}.{name}" for subject, name in named} <= texts.keys()
    assert {f"remedy.{subject}.{name}" for subject, name in judged} <= texts.keys()


def test_every_role_has_its_word_and_every_refusal_says_what_why_and_what_next() -> None:
    wanted = {f"role.{role}" for role in get_args(Role)}
    wanted |= {f"{refusal}{part}" for refusal in REFUSALS for part in ("", "_title", "_step")}
    assert wanted <= catalogue("en").keys()
    assert {"gate.stranger", "gate.unverified"} == {f"gate.{s}" for s in get_args(State)} - set(OWN_WORDS)


@pytest.mark.parametrize("path", SCREEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_hold_no_literal_text(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    shown = [call.args[0] for call in calls if call.func.attr in SHOWN and call.args]  # type: ignore[attr-defined]
    assert [ast.unparse(node) for node in shown if isinstance(node, ast.Constant)] == []
    foreign = [node.value for node in strings_of(path) if JAPANESE.search(node.value)]
    assert foreign == (["日本語"] if path.name == "frame.py" else [])


def used_keys() -> set[str]:
    source = "\n".join(path.read_text("utf-8") for path in SPEAKING)
    named = set(re.findall(r"words(?:\.count)?\(\s*\"([a-z_.]+)\"", source))
    named |= {f"exports.{name}" for name in ("export_going", "export")}
    # What asks once more has a sentence and a second button.
    named |= {f"{key}_{more}" for key in re.findall(r"\.sure\(\"([a-z_.]+)\"", source) for more in ("about", "sure")}
    return named | set(re.findall(r"[\"']([a-z_]+(?:\.[a-z_]+)+)[\"']", source))


def test_every_key_that_is_used_exists() -> None:
    known = {stem(key) for key in catalogue("en")}
    literal = set(
        re.findall(r"words(?:\.count)?\(\s*\"([a-z_.]+)\"", "\n".join(path.read_text("utf-8") for path in SPEAKING))
    )
    assert literal - known == set()


def test_no_key_is_unused() -> None:
    # Families whose keys are put together from data: statuses, triggers, error codes, fact names, tabs, settings.
    built = ("errors.", "status.", "trigger.", "facts.", "tabs.", "settings.", "situations.", *BUILT, *REFUSALS)
    idle = {stem(key) for key in catalogue("en") if not key.startswith(built)} - used_keys()
    assert idle == set()


def test_plural_forms_follow_the_number() -> None:
    assert Words("en").count("runs.records", 1, "1") == "1 record"
    assert Words("en").count("runs.records", 2, "2") == "2 records"
    assert Words("ja").count("runs.records", 1, "1") == "1件"


def test_an_unknown_key_is_found_at_once() -> None:
    with pytest.raises(KeyError):
        Words("en")("no.such_key")


@pytest.mark.parametrize(
    ("language", "wanted"),
    [("ja", "シークレット「a/b/client」, .env.local, 環境変数"), ("en", "secret a/b/client, .env.local, environment")],
)
def test_where_a_setting_was_looked_for_is_said_in_the_reader_s_language(language: str, wanted: str) -> None:
    error = ConfigInvalid("x", looked_in="secret a/b/client, .env.local, environment")
    assert [value for _, value in Words(language).facts(error)] == [wanted]


def test_facts_are_labelled_and_others_are_left_out() -> None:
    error = NotFound("x", resource="my-table", aws_code="ResourceNotFoundException")
    assert Words("en").facts(error) == [("Resource", "my-table")]
