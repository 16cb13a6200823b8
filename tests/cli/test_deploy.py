"""python -m pipeline deploy and destroy, as a person calls them, against the emulator; stuck stacks against stubs."""

from __future__ import annotations

import hashlib
import os
import pty
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.aws import Cloud
from pipeline.cli import stack
from pipeline.deploy import package
from pipeline.deploy.bundles import TABLES
from pipeline.deploy.code_bucket import CodeBucket
from pipeline.deploy.stack import Stack
from pipeline.deploy.template import template_of
from pipeline.errors import ConfigInvalid, Forbidden
from tests.cli.test_main import aws, pipeline
from tests.conftest import REGION, Clock
from tests.deploy.test_deployer import ABSENT, Stubs
from tests.deploy.test_deployer import stubs as stubs  # noqa: PLC0414 - a fixture
from tests.deploy.test_stack import CREATED, NAME, STACK_ID, event, events
from tests.support.places import ROOT
from tests.support.policies.template_stack import read

TEMPLATE = str(ROOT / "tests" / "golden" / "stack.yaml")


@dataclass(frozen=True)
class Place:
    """Names of one test's stack, and how to call the command line on it."""

    stack: str
    lake: str
    zipped: str
    environment: dict[str, str]

    def deploy(self, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
        given = ("deploy", "--stack", self.stack, "--template", TEMPLATE, "--package", self.zipped, *more)
        return pipeline(*given, **{**self.environment, **environment})

    def destroy(self, *more: str) -> subprocess.CompletedProcess[str]:
        return pipeline("destroy", "--stack", self.stack, *more, **self.environment)


@pytest.fixture
def place(emulator_url: str, tmp_path: Path) -> Place:
    mark = uuid.uuid4().hex[:8]
    zipped = package.build(tmp_path / "it.zip", dict)
    settings = {"S3_BUCKET_NAME": f"lake-{mark}", "AWS_REGION": REGION, "LAMBDA_EXPORT_FUNCTION": f"export-{mark}"}
    return Place(f"stack-{mark}", f"lake-{mark}", str(zipped.path), aws(emulator_url, **settings))


@pytest.fixture
def exists(cloud: Cloud) -> Iterator[Callable[[str], bool]]:
    def ask(stack: str) -> bool:
        return any(found["StackName"] == stack for found in cloud.cloudformation.describe_stacks()["Stacks"])

    yield ask


def test_a_deployment_shows_where_and_what_then_says_what_to_set(place: Place, cloud: Cloud) -> None:
    done = place.deploy("--yes", "--account", "123456789012")
    assert done.returncode == 0, done.stderr
    shown = done.stdout
    assert "account  123456789012" in shown and f"stack    {place.stack} (does not exist yet)" in shown
    assert "Add     Lake      AWS::S3::Bucket" in shown
    assert f"S3_BUCKET_NAME={place.lake}\n" in shown and "PIPELINE_BACKEND=aws\n" in shown
    assert re.search(r"OK +S3 bucket +Exists", shown)
    assert "CREATE_IN_PROGRESS" in done.stderr and "very-secret" not in shown + done.stderr
    key = f"pipeline/{package.opened(Path(place.zipped)).sha256}.zip"
    stored = cloud.s3.get_object(Bucket=f"pipeline-code-123456789012-{REGION}", Key=key)["Body"].read()
    assert stored == Path(place.zipped).read_bytes()


def test_a_plan_is_in_the_language_of_the_locale(place: Place) -> None:
    done = place.deploy("--dry-run", LC_ALL="ja_JP.UTF-8")
    assert done.returncode == 0 and "パラメータ" in done.stdout and "何も変更していません" in done.stdout


def test_a_second_deployment_has_nothing_to_change(place: Place) -> None:
    # The emulator compares what was sent; a default is not sent.
    place.deploy("--yes", "--param", "AlarmEmail=a@example.com")
    done = place.deploy("--yes")
    assert done.returncode == 0 and "no changes" in done.stdout
    assert f"S3_BUCKET_NAME={place.lake}\n" in done.stdout


def test_an_update_keeps_the_other_parameters(place: Place) -> None:
    place.deploy("--yes")
    done = place.deploy("--yes", "--param", "AlarmEmail=a=b@example.com", S3_BUCKET_NAME="another-lake")
    assert done.returncode == 0 and "UPDATE_COMPLETE" in done.stdout
    assert "a=b@example.com" in done.stdout and f"S3_BUCKET_NAME={place.lake}\n" in done.stdout


def test_a_dry_run_leaves_nothing_behind(place: Place, cloud: Cloud, exists: Callable[[str], bool]) -> None:
    done = place.deploy("--dry-run", AWS_REGION="eu-west-1")
    assert done.returncode == 0 and "dry run: nothing was changed" in done.stdout
    assert "s3://pipeline-code-123456789012-eu-west-1 (made for this plan)" in done.stdout
    assert not exists(place.stack)
    assert "pipeline-code-123456789012-eu-west-1" not in {b["Name"] for b in cloud.s3.list_buckets()["Buckets"]}


def code_bucket(region: str) -> str:
    return f"pipeline-code-123456789012-{region}"


def test_a_template_larger_than_a_request_goes_by_the_code_bucket(
    place: Place, cloud: Cloud, tmp_path: Path, exists: Callable[[str], bool]
) -> None:
    reasons = "# a reason\n" * 6_000
    (tmp_path / "large.yaml").write_text(Path(TEMPLATE).read_text("utf-8") + reasons, "utf-8")
    large = str(tmp_path / "large.yaml")
    done = place.deploy("--yes", "--template", large)
    assert done.returncode == 0, done.stderr
    body = Path(large).read_bytes()
    assert len(body) > 51_200
    key = f"pipeline/{hashlib.sha256(body).hexdigest()}.yaml"
    assert cloud.s3.get_object(Bucket=code_bucket(REGION), Key=key)["Body"].read() == body
    assert cloud.cloudformation.get_template(StackName=place.stack)["TemplateBody"] == body.decode()
    assert "UPDATE_COMPLETE" in place.deploy("--yes", "--template", large, "--param", "AlarmEmail=a@example.com").stdout
    assert place.destroy("--yes").returncode == 0 and not exists(place.stack)


def test_the_whole_template_is_validated_by_its_address_and_its_parameters_are_read(
    emulator_url: str, cloud: Cloud
) -> None:
    s3, name = cloud.s3, f"code-{uuid.uuid4().hex[:8]}"
    bucket = CodeBucket(s3, name, "123456789012", REGION)
    assert not bucket.exists()
    bucket.create()
    text = (ROOT / "lambda" / "template.yaml").read_text("utf-8")
    declared = Stack(cloud.cloudformation, "any", lambda _: None).declared(bucket.lay(template_of(text)))
    assert [parameter.name for parameter in declared] == list(read(text)["Parameters"])


def test_a_refused_plan_leaves_no_bucket_behind(place: Place, cloud: Cloud) -> None:
    done = place.deploy("--yes", "--param", "Nonsense=1", AWS_REGION="us-west-2")
    assert done.returncode == 1 and "unknown parameter Nonsense" in done.stderr
    assert code_bucket("us-west-2") not in {b["Name"] for b in cloud.s3.list_buckets()["Buckets"]}


def test_without_a_terminal_agreement_is_needed_beforehand(place: Place, exists: Callable[[str], bool]) -> None:
    done = place.deploy()
    assert (done.returncode, done.stdout) == (1, "") and "--yes" in done.stderr
    assert not exists(place.stack)


@pytest.mark.parametrize(("answer", "made"), [("n\n", False), ("\n", False), ("y\n", True)])
def test_at_a_terminal_it_asks(place: Place, exists: Callable[[str], bool], answer: str, made: bool) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    command = [sys.executable, "-m", "pipeline", "deploy", "--stack", place.stack, "--template", TEMPLATE]
    done = subprocess.run(
        [*command, "--package", place.zipped],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **place.environment},
        stdin=theirs,
        capture_output=True,
        text=True,
        timeout=120,
    )
    os.close(ours)
    os.close(theirs)
    assert f"Create stack {place.stack}? [y/N]" in done.stderr
    assert (done.returncode, exists(place.stack), "nothing was changed" in done.stdout) == (0, made, not made)


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("--account", "999999999999"), "of account 123456789012, expected 999999999999"),
        (("--param", "Nonsense=1"), "unknown parameter Nonsense; known: AlarmEmail"),
        (("--param", "CodeKey=1"), "CodeKey is set by deploy itself; use --package"),
        (("--template", "nowhere.yaml"), "template nowhere.yaml: No such file"),
        (("--template", "requirements.txt"), "stack"),
        (("--package", "README.md"), "README.md is not a zip"),
        (("--with-boto3",), "--with-boto3 is for a zip that is built now"),
        (("--code-bucket", "not-there-at-all"), "code bucket not-there-at-all does not exist"),
    ],
)
def test_what_does_not_do_is_refused_and_nothing_is_made(
    place: Place, exists: Callable[[str], bool], arguments: tuple[str, ...], refusal: str
) -> None:
    done = place.deploy("--yes", *arguments)
    assert done.returncode == 1 and refusal in done.stderr and "Traceback" not in done.stderr
    assert not exists(place.stack)


@pytest.fixture
def with_tables(tmp_path: Path) -> str:
    """The small template with a second function's zip."""
    text = Path(TEMPLATE).read_text("utf-8")
    text = text.replace("  CodeKey: {Type: String}\n", "  CodeKey: {Type: String}\n  TablesCodeKey: {Type: String}\n")
    path = tmp_path / "with_tables.yaml"
    path.write_text(text.replace("/${CodeKey}/", "/${CodeKey}/${TablesCodeKey}/"), "utf-8")
    return str(path)


def test_both_functions_zips_are_shown_and_uploaded(
    place: Place, cloud: Cloud, tmp_path: Path, with_tables: str
) -> None:
    tables = package.build(tmp_path / "tables.zip", dict, TABLES)
    done = place.deploy("--yes", "--template", with_tables, "--tables-package", str(tables.path))
    assert done.returncode == 0, done.stderr
    assert f"{tables.size:,} bytes to s3://" in done.stdout and "TablesCodeKey" in done.stdout
    key = f"pipeline/{tables.sha256}.zip"
    stored = cloud.s3.get_object(Bucket=f"pipeline-code-123456789012-{REGION}", Key=key)["Body"].read()
    assert stored == tables.path.read_bytes()


def test_the_export_s_zip_is_no_tables_zip(place: Place, exists: Callable[[str], bool], with_tables: str) -> None:
    done = place.deploy("--yes", "--template", with_tables, "--tables-package", place.zipped)
    assert done.returncode == 1 and "has no tables_handler.py at its root" in done.stderr
    assert not exists(place.stack)


def test_the_demo_is_not_deployed(place: Place) -> None:
    done = place.deploy("--yes", PIPELINE_BACKEND="embedded")
    assert done.returncode == 1 and done.stderr.startswith("E013") and "nothing to deploy to" in done.stderr


def test_without_a_network_the_error_says_so(place: Place) -> None:
    done = place.deploy("--yes", AWS_ENDPOINT_URL="http://127.0.0.1:9")
    assert done.returncode == 1 and done.stderr.startswith("E006") and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [("--param", "x"), ("--stack", "no stack"), ("--account", "12"), ("--arch", "z80")]
)
def test_wrong_usage_exits_2(arguments: tuple[str, ...]) -> None:
    assert pipeline("deploy", *arguments).returncode == 2


def test_destroying_says_where_the_lake_is(place: Place, cloud: Cloud, exists: Callable[[str], bool]) -> None:
    place.deploy("--yes")
    assert place.destroy().returncode == 1 and exists(place.stack)
    done = place.destroy("--yes")
    assert done.returncode == 0 and f"kept: s3://{place.lake} with all exports" in done.stdout
    assert not exists(place.stack)


def test_a_stack_that_is_not_there_cannot_be_destroyed(place: Place) -> None:
    done = place.destroy("--yes")
    assert done.returncode == 1 and f"there is no stack {place.stack}" in done.stderr


def wanted(place: Place, yes: bool = False, dry_run: bool = False) -> stack.Deployment:
    return stack.Deployment(stack.Place(NAME, yes=yes), TEMPLATE, package=place.zipped, dry_run=dry_run)


def remains(stubs: Stubs) -> None:
    stubs.asked_who()
    raw = {"StackName": NAME, "StackId": STACK_ID, "CreationTime": Clock()(), "StackStatus": "ROLLBACK_COMPLETE"}
    stubs.stack.add_response("describe_stacks", {"Stacks": [raw]})


def proposed(stubs: Stubs) -> None:
    stubs.has_bucket()
    stubs.declares()
    stubs.stack.add_response("create_change_set", CREATED)
    stubs.stack.add_response("describe_change_set", {"Status": "CREATE_COMPLETE"})


def withdrawn(stubs: Stubs) -> None:
    stubs.stack.add_response("delete_change_set", {})
    raw = {"StackName": NAME, "StackId": STACK_ID, "CreationTime": Clock()(), "StackStatus": "REVIEW_IN_PROGRESS"}
    stubs.stack.add_response("describe_stacks", {"Stacks": [raw]})
    stubs.stack.add_response("delete_stack", {})


def test_the_remains_of_a_failed_creation_are_explained_and_deleted(
    stubs: Stubs, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    remains(stubs)
    history = (event(1, "CREATE_FAILED", "bad e-mail", "Topic"), event(2, "ROLLBACK_COMPLETE"))
    events(stubs.stack, *history)
    events(stubs.stack, *history)
    stubs.stack.add_response("delete_stack", {})
    events(stubs.stack, *history, event(3, "DELETE_COMPLETE"))
    stubs.bucket.add_client_error("head_bucket", "403", "Forbidden", 403)
    with pytest.raises(Forbidden):
        stack.deploy(stubs.deployer, wanted(place, yes=True))
    assert "its creation failed and was rolled back: Topic CREATE_FAILED: bad e-mail" in capsys.readouterr().out


def test_a_dry_run_deletes_no_remains(stubs: Stubs, place: Place) -> None:
    remains(stubs)
    with pytest.raises(ConfigInvalid, match="is in ROLLBACK_COMPLETE: it holds nothing"):
        stack.deploy(stubs.deployer, wanted(place, dry_run=True))


@pytest.mark.parametrize("step", ["upload", "execute"])
def test_a_right_missing_in_the_middle_leaves_the_state_as_it_was(stubs: Stubs, place: Place, step: str) -> None:
    stubs.asked_who()
    stubs.stack.add_client_error(*ABSENT)
    proposed(stubs)
    stubs.bucket.add_client_error("head_object", "404", "Not Found", 404)
    if step == "upload":
        stubs.bucket.add_client_error("put_object", "AccessDenied", "Access Denied", 403)
    else:
        stubs.bucket.add_response("put_object", {})
        events(stubs.stack, event(1, "REVIEW_IN_PROGRESS"))
        stubs.stack.add_client_error("execute_change_set", "AccessDenied", "Access Denied", 403)
    withdrawn(stubs)
    with pytest.raises(Forbidden):
        stack.deploy(stubs.deployer, wanted(place, yes=True))


def test_a_plan_that_cannot_be_taken_back_does_not_hide_the_first_error(
    stubs: Stubs, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    stubs.asked_who()
    stubs.stack.add_client_error(*ABSENT)
    proposed(stubs)
    stubs.bucket.add_client_error("head_object", "404", "Not Found", 404)
    stubs.bucket.add_client_error("put_object", "AccessDenied", "Access Denied", 403)
    stubs.stack.add_client_error("delete_change_set", "AccessDenied", "Access Denied", 403)
    with pytest.raises(Forbidden) as caught:
        stack.deploy(stubs.deployer, wanted(place, yes=True))
    assert caught.value.facts["action"] == "s3:PutObject"
    assert "what was made for the plan could not be taken back" in capsys.readouterr().err
