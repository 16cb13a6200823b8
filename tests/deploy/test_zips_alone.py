"""Each zip by itself: every module in it is imported with nothing beside it but the runtime's boto3.

Elsewhere this machine's libraries stand behind the unpacked zip, and what it lacks would be found there.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pipeline.deploy import libraries, package
from pipeline.deploy.bundles import BUNDLES

# -S: no site-packages. The root stands first, as on Lambda; what the runtime has comes behind it.
PROGRAM = """
import importlib, pathlib, sys
root, runtime = map(pathlib.Path, sys.argv[1:])
sys.path[:0] = [str(root)]
sys.path.append(str(runtime))
paths = [*root.glob("*_handler.py"), *root.glob("pipeline/**/*.py")]
names = sorted(path.relative_to(root).with_suffix("") for path in paths)
for name in names:
    importlib.import_module(".".join(name.parts).removesuffix(".__init__"))
files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
foreign = [name for name, file in files.items() if "site-packages" in file]
print(len(names), sorted(foreign))
"""


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Lambda's runtime brings."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in libraries.BOTO3:
        for path, body in libraries.files_of(name).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(body)
    return folder


@pytest.mark.parametrize("name", BUNDLES)
def test_all_that_a_zip_imports_is_in_it_or_in_the_runtime(tmp_path: Path, runtime: Path, name: str) -> None:
    bundle = BUNDLES[name]
    made = package.build(tmp_path / "it.zip", lambda: libraries.installed(bundle), bundle)
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(tmp_path / "task")
    command = [sys.executable, "-I", "-S", "-c", PROGRAM, str(tmp_path / "task"), str(runtime)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    count, _, foreign = done.stdout.partition(" ")
    assert int(count) > 70 and foreign.strip() == "[]"
