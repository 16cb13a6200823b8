"""pages.exports.archive under AppTest: what is archived says so, cannot be pressed, and is followed to its restore."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from pages.exports import archive
from pages.ui import reads, state
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.storage import Storage
from pipeline.runs.run import Run
from pipeline.words.catalogue import LANGUAGES, Words
from tests.faults.proxy import Proxy
from tests.pages.conftest import a_run, opened, record, texts

RUN = "run"


def cold(lake: Lake, storage_class: str = "GLACIER", run_id: str = RUN, minutes_ago: int = 5) -> Run:
    """A run whose document is kept so."""
    run = a_run(run_id, minutes_ago)
    head = {"table_name": run.table, "exported_at": "2026-10-01T00:00:00Z", "export_version": "1.0", "record_count": 1}
    key = keys.export_key(run.table, run.day - timedelta(days=minutes_ago))
    answer = lake.s3.put_object(
        Bucket=lake.bucket,
        Key=key,
        Body=orjson.dumps({"export_metadata": head, "data": [{"id": "x"}]}),
        StorageClass=storage_class,  # type: ignore[arg-type]
    )
    run = a_run(run_id, minutes_ago, key=key, version_id=answer["VersionId"], bytes=200, records=1)
    record(lake, run)
    return run


def pressable(page: AppTest, run_id: str = RUN) -> dict[str, bool]:
    """Of the buttons of a row which can be pressed."""
    names = {"download": f"download-{run_id}", "preview": f"{state.PREVIEWED}-{run_id}"}
    # A download button is in no list of AppTest's of its own.
    found = {str(element.proto.id): element.proto for element in page.get("download_button")}
    download = next(proto for name, proto in found.items() if names["download"] in name)
    return {"download": not download.disabled, "preview": not page.button(key=names["preview"]).disabled}


def anew(page: AppTest) -> AppTest:
    reads.refresh()
    return page.run()


def test_an_archived_document_says_so_and_cannot_be_pressed(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    cold(lake)
    page = opened(tab="history")
    assert not page.exception
    assert "アーカイブ済み（GLACIER）" in texts(page)
    assert pressable(page) == {"download": False, "preview": False}
    assert not page.button(key=f"restore-{RUN}").disabled


def test_a_restore_is_followed_until_the_document_can_be_read(
    on_aws: pytest.MonkeyPatch, lake: Lake, slow_restores: None
) -> None:
    cold(lake)
    page = opened(tab="history")
    page.button(key=f"restore-{RUN}").click().run()
    assert "復元をリクエスト済み（GLACIER）" in texts(page)
    assert pressable(page) == {"download": False, "preview": False}
    assert f"restore-{RUN}" not in {button.key for button in page.button}
    page = anew(page)
    assert "復元済み（GLACIER）。" in texts(page) and "JSTまで読み取れます" in texts(page)
    assert pressable(page) == {"download": True, "preview": True}
    page.button(key=f"{state.PREVIEWED}-{RUN}").click().run()
    assert list(page.dataframe[0].value["id"]) == ["x"]


@pytest.mark.parametrize("storage_class", ["STANDARD", "STANDARD_IA", "GLACIER_IR"])
def test_of_what_was_never_archived_nothing_is_said(on_aws: pytest.MonkeyPatch, lake: Lake, storage_class: str) -> None:
    cold(lake, storage_class)
    page = opened(tab="history")
    assert "アーカイブ" not in texts(page) and "復元" not in texts(page)
    assert pressable(page) == {"download": True, "preview": True}


def test_details_say_it_too_and_offer_no_other_form(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    cold(lake, "DEEP_ARCHIVE")
    page = opened("en", tab="history")
    page.button(key=f"{state.OPENED}-{RUN}").click().run()
    assert texts(page).count("Archived (DEEP_ARCHIVE)") == 2
    page.radio(key=f"detail-{RUN}-en").set_value("formats").run()
    forms = [element.proto for element in page.get("download_button")]
    assert len(forms) >= 3 and all(proto.disabled for proto in forms)
    page.radio(key=f"detail-{RUN}-en").set_value("columns").run()
    assert any("This object is archived" in (error.proto.title or "") for error in page.error)


def test_rows_without_an_archive_cost_one_request_for_all(
    on_aws: pytest.MonkeyPatch, lake: Lake, emulator_url: str
) -> None:
    for number in range(8):
        cold(lake, "STANDARD", f"run-{number}", 5 + number)
    with Proxy(emulator_url) as proxy:
        on_aws.setenv("AWS_ENDPOINT_URL", proxy.url)
        reads.forget_app()
        assert not opened(tab="history").exception
        assert "s3.HeadObject" not in proxy.operations()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_its_sentence(language: str) -> None:
    words = Words(language)
    said = {archive.said(words, Storage("GLACIER", name)) for name in ("archived", "restoring", "restored")}
    assert len(said) == 3 and all("GLACIER" in sentence for sentence in said)
