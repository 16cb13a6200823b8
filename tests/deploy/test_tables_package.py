"""The zip of the tables' function: what it holds and does without, and that it answers under AWS's runtime client."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import pytest

from pipeline.aws import Cloud
from pipeline.deploy import libraries, package
from pipeline.deploy.bundles import EXPORT, TABLES
from pipeline.embedded.invoke_api import InvokeApi
from pipeline.embedded.runtime_api import FunctionSpec
from pipeline.errors import DataInvalid
from pipeline.function.handler import ExportFunction
from pipeline.lake.bucket import Lake
from pipeline.tables.manifest import Manifests
from tests.conftest import REGION, MakeTable
from tests.function.test_handler import Context

HEAVY = {
    "streamlit",
    "pandas",
    "plotly",
    "moto",
    "duckdb",
    "dbt",
    "numpy",
    "xlsxwriter",
    "pages",
    "tests",
    "dotenv",
    "babel",
}
OTHER_WINGS = {"console", "embedded", "deploy", "analysis", "cli", "check", "documents", "words", "monitor", "function"}


@dataclass(frozen=True)
class Built:
    """The zip of the libraries as they are installed here, and the folder that it is unpacked into."""

    package: package.Package
    root: Path
    names: frozenset[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("tables")
    made = package.build(folder / "it.zip", lambda: libraries.installed(TABLES), TABLES)
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(folder / "task")
        yield Built(made, folder / "task", frozenset(archive.namelist()))


def test_it_holds_its_handler_what_that_imports_and_what_it_requires(built: Built) -> None:
    tops = {name.partition("/")[0].partition("-")[0].removesuffix(".py") for name in built.names}
    required = {name.replace("-", "_") for name in libraries.required(TABLES.requirements)}
    assert tops == {"tables_handler", "pipeline", *required}
    assert tops & HEAVY == set() and "pyarrow" in required
    assert {name for name in built.names if "/tests/" in name or name.endswith(".pyc")} == set()


def test_of_ours_it_holds_no_wing_that_makes_no_tables(built: Built) -> None:
    ours = {name for name in built.names if name.startswith("pipeline/")}
    assert {"pipeline/tables/write.py", "pipeline/tables/function/handler.py", "pipeline/sources/wiring.py"} <= ours
    assert {name.split("/")[1] for name in ours} & OTHER_WINGS == set()


def test_of_pyarrow_it_leaves_out_what_writes_no_parquet(built: Built) -> None:
    of_it = {name.partition("pyarrow/")[2] for name in built.names if name.startswith("pyarrow/")}
    assert [name for name in of_it if name.startswith(("include", "src", "_flight", "_s3fs", "libarrow_s3"))] == []
    # Others are linked to these, though nothing here calls them.
    assert {"libarrow_dataset", "libarrow_substrait", "libparquet"} <= {name.partition(".")[0] for name in of_it}


def test_unpacked_it_is_what_lambda_takes(built: Built) -> None:
    """AWS Lambda Developer Guide, "Lambda quotas"; less than what the libraries have by themselves."""
    assert built.package.unpacked <= built.package.size <= TABLES.most_bytes <= 250_000_000
    whole = sum(map(len, libraries.files_of("pyarrow").values()))
    assert built.package.size < 0.8 * whole


def test_a_zip_built_before_is_one_of_its_function(built: Built) -> None:
    assert package.opened(built.package.path, TABLES) == built.package
    with pytest.raises(DataInvalid, match="is not a zip of at most 50,000,000 bytes"):
        package.opened(built.package.path, EXPORT)


def test_the_zip_of_the_other_function_is_refused(tmp_path: Path) -> None:
    path = package.build(tmp_path / "it.zip", dict).path
    with pytest.raises(DataInvalid, match=r"no tables_handler\.py at its root; .* --function tables builds one"):
        package.opened(path, TABLES)


@dataclass(frozen=True)
class Running:
    """The unpacked zip under AWS's runtime client, before the emulator; ``lines`` is its log."""

    client: Any
    lines: list[str]

    def call(self, event: Any) -> tuple[Any, str | None]:
        answer = self.client.invoke(FunctionName="tables", Payload=json.dumps(event).encode())
        return json.loads(answer["Payload"].read()), answer.get("FunctionError")


@pytest.fixture
def running(built: Built, cloud: Cloud, bucket: str) -> Iterator[Running]:
    environ = {"AWS_ENDPOINT_URL": str(cloud.endpoint_url), "AWS_ACCESS_KEY_ID": "t", "AWS_SECRET_ACCESS_KEY": "t"}
    environ |= {"S3_BUCKET_NAME": bucket, "PIPELINE_BACKEND": "embedded"}
    spec = FunctionSpec("tables", built.root, environ, region=REGION, handler="tables_handler.handler")
    lines: list[str] = []
    # Not hidden, and so looked for in the unpacked zip first.
    api = InvokeApi(replace(spec, libraries=("pyarrow",)), lines.append)
    yield Running(boto3.Session("t", "t", region_name=REGION).client("lambda", endpoint_url=api.url), lines)
    api.close()


@pytest.fixture
def exported(make_table: MakeTable, make_function: Callable[[str], ExportFunction]) -> str:
    table = make_table([{"PK": "u", "SK": "TASK#1", "at": "2024-02-01T00:00:00Z", "tags": ["a"], "n": 5}])
    assert make_function(table).answer({}, Context())["statusCode"] == 200
    return table


def test_the_unpacked_zip_makes_tables_of_an_export(running: Running, exported: str, lake: Lake) -> None:
    answer, error = running.call({"tables": exported, "from": "2024-02-01", "to": "2024-02-01"})
    assert (answer["statusCode"], error) == (200, None), running.lines[-3:]
    made = Manifests(lake).newest(exported, date(2024, 1, 1))
    assert made and {file.name: file.records for file in made.files} == {"task": 1, "all_records": 1}


def test_it_says_its_boto3_when_it_starts(running: Running) -> None:
    for _ in range(2):
        running.call({"tables": "../x"})
    said = [json.loads(line) for line in running.lines if '"function started"' in line]
    assert [line["metadata"]["boto3"] for line in said] == [boto3.__version__]


@pytest.mark.parametrize("trigger", ["schedule", "export"])
def test_a_failure_that_nobody_reads_is_one_for_aws(running: Running, trigger: str) -> None:
    answer, error = running.call({"tables": "nothing-of-it", "trigger": trigger})
    assert (answer["errorType"], error) == ("NotFound", "Unhandled")
    answer, error = running.call({"tables": "nothing-of-it"})
    assert (answer["statusCode"], error) == (500, None)
