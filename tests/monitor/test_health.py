"""pipeline.monitor.health: what AWS says, judged; what may not be asked is not called bad."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.wiring import build_app
from pipeline.lake import keys
from pipeline.monitor.facts import SUBJECTS, Fact, Move, worst
from pipeline.monitor.health import Health
from pipeline.words.catalogue import catalogue
from tests.conftest import REGION
from tests.faults.proxy import Fault, Proxy

NAMES = {"S3_BUCKET_NAME": "health-tests", "DYNAMODB_TABLE_NAME": "health-tests"} | {
    "LAMBDA_EXPORT_FUNCTION": "health-tests",
    "PIPELINE_SCHEDULE": "health-tests",
    "LAMBDA_TABLES_FUNCTION": "health-tests-tables",
}


@pytest.fixture(scope="module")
def app() -> App:
    return build_app(NAMES)


def states(facts: list[Fact]) -> dict[tuple[str, str], str]:
    return {(fact.subject, fact.name): fact.state for fact in facts}


def test_the_demo_is_in_good_health(app: App) -> None:
    found = list(app.health.facts())
    # Its tables' function has not started yet.
    assert {fact.state for fact in found if (fact.subject, fact.name) != ("tables", "boto3")} == {"ok"}
    assert {fact.subject for fact in found} == set(SUBJECTS)


def test_a_tables_function_is_asked_about_where_one_is_named(app: App, bare: Health) -> None:
    named = {(fact.name, fact.state) for fact in app.health.facts() if fact.subject == "tables"}
    asked = {("exists", "ok"), ("timeout", "ok"), ("memory", "ok"), ("modified", "ok")}
    # The demo has one, which has not started yet.
    assert asked <= named and {name for name, _ in named - asked} == {"boto3"}
    assert [subject for subject, _, _ in bare.checks() if subject == "tables"] == []


@pytest.mark.parametrize(("part", "state"), [("exists", "bad"), ("boto3", "warn")])
def test_a_tables_function_that_is_not_there_is_named_with_its_remedy(bare: Health, part: str, state: str) -> None:
    found = Health(bare._cloud, replace(bare._settings, tables_function="no-such-tables"), lambda: datetime.now(UTC))
    facts = {fact.name: fact for fact in found.facts() if fact.subject == "tables"}
    assert facts[part].state == state
    assert catalogue("en")[f"remedy.tables.{part}"] and catalogue("ja")[f"remedy.tables.{part}"]


def test_one_right_is_told_once_for_both_functions(app: App) -> None:
    told = [fact.action for fact in app.health.facts() if fact.subject == "permission"]
    assert len(told) == len(set(told)) and "lambda:GetFunctionConfiguration" in told


def test_every_fact_of_a_tables_function_has_its_label(app: App) -> None:
    named = {fact.name for fact in app.health.facts() if fact.subject == "tables"}
    for language in ("en", "ja"):
        assert {f"health.tables.{name}" for name in named | {"denied", "asked"}} <= catalogue(language).keys()


def test_asked_in_parallel_the_facts_are_the_same(app: App) -> None:
    assert states(list(app.health.gather())) == states(list(app.health.facts()))


@pytest.fixture
def bare(cloud: Cloud, bucket: str) -> Health:
    cloud.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    settings = build_app(NAMES).settings
    names = {"function": "no-such-function", "schedule": "no-such-schedule", "tables_function": None}
    wrong = replace(settings, bucket=bucket, table="no-such-table", **names)
    return Health(cloud, wrong, lambda: datetime.now(UTC))


def test_a_bucket_without_its_settings_is_judged(bare: Health) -> None:
    found = states(list(bare.facts()))
    assert found["bucket", "versioning"] == "bad"
    assert found["bucket", "lifecycle"] == "warn"
    assert found["bucket", "abort_uploads"] == "warn"
    assert found["bucket", "public_access"] == "bad"
    assert found["bucket", "encryption"] == "bad"


@pytest.mark.parametrize("subject", ["table", "function", "schedule", "log"])
def test_what_does_not_exist_is_bad_and_says_what_was_asked(bare: Health, subject: str) -> None:
    facts = [fact for fact in bare.facts() if (fact.subject, fact.name) == (subject, "exists")]
    assert {fact.state for fact in facts} == {"bad"}
    assert all(fact.error and fact.error.code == "E014" for fact in facts)


def test_a_schedule_of_another_time_than_declared_is_marked(app: App) -> None:
    def said() -> dict[str, tuple[str, object]]:
        facts = (fact for fact in app.health.facts() if fact.subject == "schedule")
        return {fact.name: (fact.state, fact.value) for fact in facts}

    assert said()["time"] == ("ok", "14:00")
    app.schedules.change(True, 9, 30)
    assert said()["time"] == ("warn", "09:30")
    app.schedules.change(True, 14, 0)


def test_no_size_is_said_of_items_that_dynamodb_has_not_measured(app: App) -> None:
    # The emulator counts items and never measures them.
    facts = {fact.name: fact.value for fact in app.health.facts() if fact.subject == "table"}
    assert facts["items"] and "size" not in facts


def test_what_may_not_be_asked_is_unknown_and_its_action_is_lacking(app: App) -> None:
    url = app.cloud.endpoint_url or ""
    with Proxy(url, (Fault("dynamodb.DescribeTable", "access_denied", times=9),)) as proxy:
        cloud = Cloud(REGION, proxy.url, Credentials("t", "t"), app.cloud.invoke_url)
        health = Health(cloud, app.settings, app.now)
        found = states(list(health.facts()))
    assert found["table", "denied"] == "unknown"
    assert found["permission", "dynamodb:DescribeTable"] == "bad"
    assert found["permission", "s3:ListBucket"] == "ok"


def test_the_right_to_read_the_list_of_sources_is_asked_for_by_its_key(app: App) -> None:
    with Proxy(app.cloud.endpoint_url or "", (Fault("s3.HeadObject", "access_denied", key=keys.SOURCES),)) as proxy:
        cloud = Cloud(REGION, proxy.url, Credentials("t", "t"), app.cloud.invoke_url)
        settings = replace(app.settings, tables_function=None)
        (lacking,) = (fact for fact in Health(cloud, settings, app.now).facts() if fact.state != "ok")
    assert (lacking.subject, lacking.name, lacking.state) == ("permission", "s3:GetObject", "bad")
    assert lacking.error and lacking.error.facts["resource"] == f"health-tests/{keys.SOURCES}"


def test_a_function_that_does_not_exist_says_nothing_about_the_right_to_invoke_it(bare: Health, cloud: Cloud) -> None:
    on_aws = Health(cloud, replace(bare._settings, backend="aws"), lambda: datetime.now(UTC))
    assert states(list(on_aws.facts()))["permission", "lambda:InvokeFunction"] == "unknown"


def test_an_outage_is_unknown_not_bad(app: App) -> None:
    health = Health(Cloud(REGION, "http://127.0.0.1:9", Credentials("t", "t")), app.settings, app.now)
    facts = health.ask(*next(check for check in health.checks() if check[1] == "dynamodb:DescribeTable"))
    assert [(fact.state, fact.error.code if fact.error else "") for fact in facts] == [("unknown", "E006")]


def test_the_worst_fact_decides_for_its_group() -> None:
    ok, bad = Fact("table", "a", "ok", None, "x"), Fact("table", "b", "bad", None, "x")
    assert (worst([ok, bad]), worst([ok]), worst([])) == ("bad", "ok", "unknown")


def test_each_step_of_the_lifecycle_is_a_fact_with_its_days(app: App) -> None:
    facts = [fact for fact in app.health.facts() if fact.name == "lifecycle"]
    assert [fact.value for fact in facts] == [Move(30, "STANDARD_IA"), Move(90, "GLACIER")]
    assert [fact.to_json()["value"] for fact in facts] == ["30 → STANDARD_IA", "90 → GLACIER"]


def test_facts_go_to_json_without_loss(app: App) -> None:
    raw = next(fact for fact in app.health.facts() if fact.name == "modified").to_json()
    assert raw["value"].startswith("20")
    assert (raw["state"], raw["error"]) == ("ok", None)


def of_the_store(health: Health) -> dict[str, str]:
    asked = [health.ask(*check) for check in health.checks() if check[1] == "s3:PutObject"]
    return {fact.name: fact.state for facts in asked for fact in facts if fact.subject == "bucket"}


def of_elsewhere(settings: Settings) -> Health:
    return Health(Cloud(REGION), settings, lambda: datetime.now(UTC))


def test_a_store_that_is_not_aws_is_asked_what_it_keeps(
    bucket: str, emulator_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    settings = Settings.from_env({**NAMES, "S3_BUCKET_NAME": bucket})
    with Proxy(emulator_url) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        health = of_elsewhere(settings)
        assert of_the_store(health)["conditions"] == "ok"
        # What was found is remembered; asked for, it is found anew.
        proxy.drops = {"s3.PutObject": frozenset(["if-match", "x-amz-server-side-encryption"])}
        assert of_the_store(health)["conditions"] == "ok"
        found = of_the_store(health.asking_the_store())
        assert (found["conditions"], found["keeps_encryption"], found["keeps_uploads"]) == ("bad", "warn", "ok")
        allowed = of_elsewhere(replace(settings, allow_unsafe_store=True))
        assert of_the_store(allowed)["conditions"] == "warn"


def test_nothing_is_asked_of_the_demos_store_unless_somebody_wants_it(bucket: str, cloud: Cloud) -> None:
    settings = Settings.from_env({**NAMES, "S3_BUCKET_NAME": bucket})
    health = Health(cloud, settings, lambda: datetime.now(UTC))
    assert of_the_store(health) == {}
    found = of_the_store(health.asking_the_store())
    assert found.pop("keeps_replacement") == "warn"
    assert set(found.values()) == {"ok"}
