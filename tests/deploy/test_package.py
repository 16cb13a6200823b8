"""pipeline.deploy.package: the same tree gives the same zip, holding what the function needs and nothing else."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.deploy import libraries, package
from pipeline.deploy.bundles import EXPORT, TABLES
from pipeline.errors import DataInvalid, NotFound
from tests.support.places import ROOT

PINS = re.compile(r"^([\w-]+)==(\S+)", re.MULTILINE)
HEAVY = {"streamlit", "pandas", "plotly", "moto", "duckdb", "dbt", "pages", "tests", "dotenv", "babel"}
# The first of the lock.
NAMED = "cachetools==8.0.2"
ALL = (EXPORT, TABLES)
# What most wheels say of themselves; pyarrow's say a newer one only.
OLD_AND_NEW = ("manylinux_2_17", "manylinux2014")


@pytest.fixture(scope="module")
def wheel_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that pip finds the named libraries in, for both processors; no registry is asked."""
    house = tmp_path_factory.mktemp("wheels")
    named = PINS.findall(EXPORT.requirements.read_text("utf-8")) + PINS.findall(libraries.pinned_boto3())
    for name, version in named:
        for machine in ("aarch64", "x86_64"):
            put_wheel(house, name.replace("-", "_"), version, OLD_AND_NEW, machine)
    for name, version in PINS.findall(TABLES.requirements.read_text("utf-8")):
        for machine in ("aarch64", "x86_64"):
            put_wheel(house, name, version, ("manylinux_2_28",), machine)
    return house


@pytest.fixture(scope="module")
def tree(wheel_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This checkout, with a lock that knows the wheels of that folder."""
    copy = tmp_path_factory.mktemp("tree")
    for part in ("lambda", "pipeline", "pages"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    texts = {bundle.requirements.with_suffix(".lock"): bundle.requirements.read_text("utf-8") for bundle in ALL}
    for path, text in {**texts, libraries.LOCK: libraries.pinned_boto3()}.items():
        lock = [f"{name}=={version}{hashes(wheel_house, name)}" for name, version in PINS.findall(text)]
        (copy / path.relative_to(ROOT)).write_text("\n".join(lock), "utf-8")
    return copy


def hashes(house: Path, name: str) -> str:
    wheels = house.glob(f"{name.replace('-', '_')}-*.whl")
    return "".join(f" --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}" for wheel in wheels)


def put_wheel(house: Path, name: str, version: str, platforms: tuple[str, ...], machine: str) -> None:
    tag = "cp313-cp313-" + ".".join(f"{platform}_{machine}" for platform in platforms)
    about = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(house / f"{name}-{version}-{tag}.whl", "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", f"MACHINE = '{machine}'\n")
        wheel.writestr(f"{name}/tests/test_it.py", "")
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        tags = "".join(f"Tag: cp313-cp313-{one}_{machine}\n" for one in platforms)
        wheel.writestr(f"{about}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\n{tags}")
        wheel.writestr(f"{about}/RECORD", "")


def pipeline(*arguments: str, root: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PIPELINE_", "PIP_"))}
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=root,
        env={**clean, "LC_ALL": "C.UTF-8", "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def names(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_two_builds_are_byte_identical(tmp_path: Path) -> None:
    one = package.build(tmp_path / "one.zip", libraries.installed)
    two = package.build(tmp_path / "two.zip", lambda: dict(reversed(libraries.installed().items())))
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert one.sha256 == two.sha256


def test_the_zip_is_small(tmp_path: Path) -> None:
    made = package.build(tmp_path / "it.zip", libraries.installed)
    assert made.size == (tmp_path / "it.zip").stat().st_size <= 2_500_000


def test_the_handler_is_at_the_root_beside_the_package_without_tests_or_screen(tmp_path: Path) -> None:
    found = names(package.build(tmp_path / "it.zip", libraries.installed).path)
    assert {"export_handler.py", "pipeline/function/handler.py", "pipeline/errors.py", "orjson/__init__.py"} <= found
    assert {
        name for name in found if name.split("/")[0] in HEAVY or "/tests/" in name or name.endswith(".pyc")
    } == set()
    assert "pipeline/runs/lifecycle.py" in found
    absent = {f"pipeline/{name}.py" for name in ("embedded/backend", "console/app", "deploy/deployer")}
    # Whoever presses a button is the console's matter.
    absent |= {"pipeline/runs/start_once.py"}
    assert not absent & found


def test_what_a_kind_of_source_is_built_of_is_in_the_zip(tmp_path: Path) -> None:
    """The descriptors import it when they build, which the zip follows all the same."""
    code = names(package.build(tmp_path / "it.zip", dict).path)
    sources = "pipeline/sources"
    assert {f"{sources}/kinds.py", f"{sources}/options.py", f"{sources}/open_meteo/weather.py"} <= code
    assert {f"{sources}/open_meteo/air_quality.py", f"{sources}/google_health/source.py"} <= code


def test_the_zip_holds_these_modules_of_ours_and_no_other(tmp_path: Path) -> None:
    """Golden: whoever makes the function import one more room sees here what it brings along."""
    found = names(package.build(tmp_path / "it.zip", dict).path)
    ours = sorted(name for name in found if name.startswith("pipeline/") or name == "export_handler.py")
    assert ours == (ROOT / "tests" / "golden" / "zip.txt").read_text("utf-8").split()
    outside = {"console", "embedded", "deploy", "analysis", "tables", "cli", "check", "documents"}
    assert {name.split("/")[1] for name in ours if "/" in name} & outside == set()


def test_no_file_of_the_zip_imports_anything_heavy(tmp_path: Path) -> None:
    made = package.build(tmp_path / "it.zip", dict)
    with zipfile.ZipFile(made.path) as archive:
        trees = [ast.parse(archive.read(name)) for name in archive.namelist() if name.endswith(".py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    tops = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    tops |= {(node.module or "").split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
    assert "botocore" in tops and tops & HEAVY == set()


def test_the_unpacked_zip_runs_without_this_checkout(tmp_path: Path) -> None:
    with zipfile.ZipFile(package.build(tmp_path / "it.zip", libraries.installed).path) as archive:
        archive.extractall(tmp_path / "unpacked")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'unpacked')!r}); import export_handler, pipeline.export.job; "
    )
    program += "print(pipeline.export.job.__file__)"
    done = subprocess.run([sys.executable, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.startswith(str(tmp_path / "unpacked")), done.stderr


LOADED_BY = """
import sys
sys.path.insert(0, {folder!r})
import export_handler
late = {{"tenacity"}}
print(sorted(late & sys.modules.keys()))
import pipeline.sources.wiring
print(sorted(late & sys.modules.keys()), sys.modules["tenacity"].__file__.startswith({folder!r}))
"""


def test_an_export_loads_nothing_that_only_a_fetch_needs(tmp_path: Path) -> None:
    with zipfile.ZipFile(package.build(tmp_path / "it.zip", libraries.installed).path) as archive:
        archive.extractall(tmp_path / "unpacked")
    program = LOADED_BY.format(folder=str(tmp_path / "unpacked"))
    command = [sys.executable, "-I", "-c", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["[]", "['tenacity'] True"], done.stderr


def test_a_zip_that_is_too_large_is_an_error_and_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "it.zip").write_bytes(b"the old one")
    with pytest.raises(DataInvalid, match="Lambda takes 1,000"):
        package.build(tmp_path / "it.zip", dict, replace(EXPORT, most_bytes=1000))
    assert [path.name for path in tmp_path.iterdir()] == ["it.zip"]
    assert (tmp_path / "it.zip").read_bytes() == b"the old one"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotFound, match="cannot be written"):
        package.build(tmp_path / "file" / "it.zip", dict)


def test_the_zip_holds_what_is_required_in_order_and_no_more(tmp_path: Path) -> None:
    with zipfile.ZipFile(package.build(tmp_path / "it.zip", libraries.installed).path) as archive:
        found = archive.namelist()
    assert {name.partition("/")[0].partition("-")[0].removesuffix(".py") for name in found} == {
        "export_handler",
        "pipeline",
        *(name.replace("-", "_") for name in libraries.required()),
    }
    assert found == sorted(found)


@pytest.mark.parametrize(("content", "said"), [(b"no zip", "is not a zip"), (None, "No such file")])
def test_a_zip_built_before_must_be_one(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "it.zip").write_bytes(content)
    with pytest.raises((DataInvalid, NotFound), match=said):
        package.opened(tmp_path / "it.zip")


def test_a_zip_built_before_must_hold_the_handler(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as archive:
        archive.writestr("other.py", "")
    with pytest.raises(DataInvalid, match=r"no export_handler\.py at its root"):
        package.opened(tmp_path / "it.zip")


def test_a_zip_built_before_is_what_was_built(tmp_path: Path) -> None:
    made = package.build(tmp_path / "it.zip", libraries.installed)
    assert package.opened(tmp_path / "it.zip") == made


@pytest.mark.parametrize(("arch", "machine"), [("arm64", "aarch64"), ("x86_64", "x86_64")])
def test_the_command_takes_the_wheel_of_the_lambdas_processor(
    tmp_path: Path, tree: Path, wheel_house: Path, arch: str, machine: str
) -> None:
    path = tmp_path / "it.zip"
    done = pipeline("package", "--arch", arch, "--output", str(path), root=tree, PIP_FIND_LINKS=str(wheel_house))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"architecture: {arch}" in done.stdout and str(path) in done.stdout
    with zipfile.ZipFile(path) as archive:
        assert archive.read("orjson/__init__.py").decode() == f"MACHINE = '{machine}'\n"
        assert "orjson/tests/test_it.py" not in archive.namelist()


def test_the_tables_zip_carries_what_the_exports_does_and_pyarrow(
    tmp_path: Path, tree: Path, wheel_house: Path
) -> None:
    found: dict[str, set[str]] = {}
    for bundle in ALL:
        path = tmp_path / bundle.name
        given = ("--function", bundle.name, "--output", str(path))
        done = pipeline("package", *given, root=tree, PIP_FIND_LINKS=str(wheel_house))
        assert (done.returncode, done.stderr) == (0, "")
        found[bundle.name] = {name.split("/")[0] for name in names(path)}
    assert {name.partition("-")[0] for name in found["tables"] - found["export"]} == {"tables_handler.py", "pyarrow"}
    assert found["export"] - found["tables"] == {"export_handler.py"}


def test_the_pinned_boto3_comes_along_where_it_is_asked_for(tmp_path: Path, tree: Path, wheel_house: Path) -> None:
    for name, given in {"without": (), "with": ("--with-boto3",)}.items():
        path = tmp_path / name
        done = pipeline("package", *given, "--output", str(path), root=tree, PIP_FIND_LINKS=str(wheel_house))
        assert (done.returncode, done.stderr) == (0, "")
    brought = {path.split("/")[0] for path in names(tmp_path / "with") - names(tmp_path / "without")}
    pinned = dict(PINS.findall(libraries.pinned_boto3()))
    assert {name.replace("-", "_") for name in libraries.BOTO3} <= brought
    assert f"boto3-{pinned['boto3']}.dist-info" in brought


def test_what_boto3_is_made_of_is_pinned_and_python_alone() -> None:
    for name in libraries.BOTO3:
        needs = [need for need in importlib.metadata.requires(name) or () if "extra ==" not in need]
        assert {re.split(r"[^\w-]", need)[0] for need in needs} <= set(libraries.BOTO3)
        wheel = importlib.metadata.distribution(name).read_text("WHEEL") or ""
        assert "Root-Is-Purelib: true" in wheel
    entries = libraries.pinned_boto3().replace("\\\n", " ").splitlines()
    assert [line.partition("==")[0] for line in entries] == list(libraries.BOTO3)
    assert all("--hash=sha256:" in line for line in entries)


def test_with_boto3_the_zip_is_still_what_lambda_takes(tmp_path: Path) -> None:
    """Of the libraries as they are installed here, which are the pinned ones."""

    def both() -> libraries.Files:
        found = libraries.installed()
        for name in libraries.BOTO3:
            found |= libraries.files_of(name)
        return found

    made = package.build(tmp_path / "it.zip", both)
    assert 20_000_000 < made.size <= EXPORT.most_bytes


def test_a_library_that_the_lock_does_not_know_is_refused(tmp_path: Path, wheel_house: Path) -> None:
    """The folder's wheels have the names and versions of those in the real lock, and other bytes."""
    done = pipeline("package", "--output", str(tmp_path / "it.zip"), PIP_FIND_LINKS=str(wheel_house))
    assert (done.returncode, done.stdout, list(tmp_path.iterdir())) == (1, "", [])
    assert done.stderr.startswith("E006") and "HASHES" in done.stderr


def test_a_library_that_pip_cannot_find_is_a_clear_error(tmp_path: Path) -> None:
    done = pipeline("package", "--output", str(tmp_path / "it.zip"))
    assert (done.returncode, done.stdout, list(tmp_path.iterdir())) == (1, "", [])
    assert done.stderr.startswith("E006") and NAMED in done.stderr and "Traceback" not in done.stderr


def test_no_address_of_a_registry_and_no_credential_is_shown(tmp_path: Path) -> None:
    address = "http://somebody:very-secret@127.0.0.1:9/simple"
    away = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": address, "PIP_RETRIES": "0"}
    done = pipeline("package", "--output", str(tmp_path / "it.zip"), **away)
    assert (done.returncode, done.stderr[:4]) == (1, "E006")
    assert [word for word in ("very-secret", "127.0.0.1", "somebody") if word in done.stderr + done.stdout] == []


@pytest.mark.parametrize(
    "said",
    [
        "ERROR: HTTPSConnectionPool(host='mirror.example', port=443): Max retries exceeded with url: /simple",
        "ERROR: Could not fetch https://user:secret@mirror.example/simple/orjson/",
        "ERROR: no answer from mirror.example:8443",
    ],
)
def test_pips_last_word_is_told_without_hosts(said: str) -> None:
    shown = libraries.last_word(said)
    assert shown.startswith("ERROR: ") and "mirror.example" not in shown and "secret" not in shown


def test_a_zip_of_which_any_bytes_are_damaged_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "it.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("export_handler.py", "")
        archive.writestr("日本.py", "")
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes((whole[at] ^ 0xFF,)) + whole[at + 1 :])
        with suppress(DataInvalid):
            package.opened(path)


def test_a_zip_that_unpacks_to_more_than_lambda_takes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "it.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export_handler.py", "")
        archive.writestr("x", bytes(package.MOST_UNPACKED + 1))
    with pytest.raises(DataInvalid, match="unpacks to 250,000,001 bytes"):
        package.opened(path)
