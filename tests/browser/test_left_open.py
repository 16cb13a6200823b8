"""A page that is left open, and the browser's Back and Forward: what stands there is true, and each step is one."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.aws import Cloud
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.freshness import JST
from pipeline.runs.run import Run, RunError
from tests.browser.conftest import running_server, settled

# Two looks, and what a busy machine makes of them.
SEEN_MS = 90_000
TABLE = "moderation-craft-data"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Lab:
    """A console on a lake of the test's own; its export is due ``due`` every day."""

    url: str
    lake: Lake
    due: datetime

    def ran(self, run_id: str, at: datetime, **fields: object) -> None:
        run = Run(run_id, TABLE, at.date(), at, at, trigger="schedule", status="succeeded", finished_at=at)
        run = replace(run, records=5, bytes=500, **fields)  # type: ignore[arg-type]
        self.lake.s3.put_object(
            Bucket=self.lake.bucket, Key=keys.run_key(run_id, run.day), Body=_json(run), ContentType="application/json"
        )


def _json(run: Run) -> bytes:
    return json.dumps(run.to_json()).encode()


@pytest.fixture
def lab(lake: Lake, cloud: Cloud, emulator_url: str) -> Iterator[Lab]:
    # Half an hour of grace ends within two minutes, not before the page was seen: the clock is the world's.
    due = (datetime.now(UTC) - timedelta(minutes=28)).replace(second=0, microsecond=0)
    name, at = f"daily-{uuid.uuid4().hex[:12]}", due.astimezone(JST)
    cloud.scheduler.create_schedule(
        Name=name,
        ScheduleExpression=f"cron({at.minute} {at.hour} * * ? *)",
        ScheduleExpressionTimezone="Asia/Tokyo",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:lambda:ap-northeast-1:1:function:f", "RoleArn": "arn:aws:iam::1:role/r"},
    )
    given = {"PIPELINE_BACKEND": "aws", "AWS_ENDPOINT_URL": emulator_url, "S3_BUCKET_NAME": lake.bucket}
    given |= {"PIPELINE_SCHEDULE": name, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    given |= {"PIPELINE_ALLOW_UNSAFE_STORE": "on"}
    with running_server(**given) as url:
        made = Lab(url, lake, due)
        made.ran("yesterday", due - DAY)
        yield made


def test_a_page_left_open_over_a_missed_run_warns_and_over_a_failed_one_turns_red(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/debug/pipeline")
    fine = page.get_by_text("のエクスポートは正常に完了しました")
    expect(fine).to_be_visible()
    expect(page).to_have_title(re.compile("^✓ "))
    left = max(0.0, (lab.due + timedelta(minutes=30) - datetime.now(UTC)).total_seconds())
    expect(page.get_by_text("のエクスポートが実行されていません")).to_be_visible(timeout=left * 1000 + SEEN_MS)
    expect(fine).to_have_count(0)
    expect(page).to_have_title(re.compile("^! "))
    lab.ran("failed", lab.due + timedelta(minutes=1), status="failed", error=RunError("E009", "out of memory"))
    expect(page.get_by_text("のエクスポートは失敗しました")).to_be_visible(timeout=SEEN_MS)
    expect(page).to_have_title(re.compile("^✕ "))
    assert page.get_by_test_id("stException").count() == 0


def test_what_is_open_stays_open_while_the_page_looks_again_and_the_end_of_a_run_is_told(page: Page, lab: Lab) -> None:
    lab.ran("going", datetime.now(UTC), status="running", finished_at=None)
    page.goto(f"{lab.url}/debug/pipeline?tab=history")
    expect(page.get_by_text("実行中").first).to_be_visible()
    page.locator(".st-key-run-yesterday").get_by_role("button", name="詳細").click()
    closing = page.get_by_role("button", name="詳細を閉じる")
    expect(closing).to_be_visible()
    settled(page)
    closing.focus()
    lab.ran("going", datetime.now(UTC))
    expect(page.get_by_test_id("stToast").get_by_text("実行が終わりました")).to_be_visible(timeout=SEEN_MS)
    expect(page.get_by_text("実行中")).to_have_count(0, timeout=SEEN_MS)
    expect(closing).to_be_visible()
    expect(closing).to_be_focused()


def test_an_export_from_another_tab_is_seen_by_itself(browser: Browser, page: Page) -> None:
    with running_server() as url:
        page.goto(f"{url}/debug/pipeline?tab=history")
        rows = page.get_by_role("button", name="詳細")
        expect(rows.first).to_be_visible()
        settled(page)
        before = rows.count()
        other = browser.new_context().new_page()
        other.goto(f"{url}/debug/pipeline")
        other.get_by_role("button", name="手動エクスポート").click()
        expect(other.get_by_text("200 成功")).to_be_visible()
        begun = time.monotonic()
        # Its tables are a run beside it, which may be there by then.
        expect(rows.nth(before)).to_be_visible(timeout=SEEN_MS)
        other.context.close()
    assert time.monotonic() - begun < 60


def test_back_undoes_one_step_at_a_time_and_forward_redoes_it(page: Page, server: str) -> None:
    page.goto(f"{server}/debug/pipeline?lang=ja")
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    selected = 'role=tab[selected][name="{}"]'
    details, closing = (
        page.get_by_role("button", name="詳細", exact=True),
        page.get_by_role("button", name="詳細を閉じる"),
    )

    def shown(step: int) -> None:
        tab = ("ステータス", "履歴", "履歴", "履歴", "設定", "Settings")[step]
        expect(page.locator(selected.format(tab))).to_be_visible()
        expect(closing).to_have_count(1 if step == 3 else 0)
        if step in (1, 2):
            expect(details).to_have_count(1) if step == 2 else expect(details.nth(3)).to_be_visible()
        settled(page)

    page.get_by_role("tab", name="履歴").click()
    shown(1)
    page.get_by_test_id("stSelectbox").filter(has_text="状態").locator("input").click()
    page.get_by_role("option", name="失敗").click()
    expect(page).to_have_url(re.compile("status=failed"))
    shown(2)
    details.click()
    expect(page).to_have_url(re.compile("run="))
    shown(3)
    page.get_by_role("tab", name="設定").click()
    shown(4)
    page.get_by_text("English").click()
    shown(5)
    # A switch of the language leaves no control in the other one.
    assert re.search("[ぁ-んァ-ヶ]", page.get_by_test_id("stMain").inner_text()) is None
    for step in (4, 3, 2, 1, 0):
        page.go_back()
        shown(step)
    for step in (1, 2, 3, 4, 5):
        page.go_forward()
        shown(step)


@pytest.mark.soak
def test_twenty_sessions_that_look_again_by_themselves_leave_the_console_quick(browser: Browser, page: Page) -> None:
    with running_server() as url:
        context = browser.new_context()
        page.goto(f"{url}/debug/pipeline")
        expect(page.get_by_test_id("stMetric").first).to_be_visible()
        for _ in range(19):
            context.new_page().goto(f"{url}/debug/pipeline")
        for other in context.pages:
            expect(other.get_by_test_id("stMetric").first).to_be_visible()
        settled(page)
        # Whoever presses something waits no longer than anybody else.
        for name in ("履歴", "ステータス") * 3:
            page.get_by_role("tab", name=name).click()
            expect(page.locator(f'role=tab[selected][name="{name}"]')).to_be_visible(timeout=10_000)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        context.close()
