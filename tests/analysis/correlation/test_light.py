"""Nothing of a page's correlations is heavier than numpy and scipy.special."""

from __future__ import annotations

import subprocess
import sys

from tests.support.places import ROOT

ROOM = ROOT / "pipeline" / "analysis" / "correlation"
LOADED = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(sorted({".".join(name.split(".")[:2]) for name in sys.modules if name.split(".")[0] in HEAVY}))
""".replace("HEAVY", repr({"scipy", "pandas", "pyarrow", "duckdb", "sklearn", "statsmodels", "numba", "matplotlib"}))


def test_scipy_special_is_all_that_is_loaded() -> None:
    modules = [f"pipeline.analysis.correlation.{path.stem}" for path in ROOM.glob("*.py") if path.stem != "__init__"]
    assert len(modules) > 10
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *modules], cwd=ROOT, capture_output=True, text=True, check=True
    )
    rooms = {name for name in done.stdout.strip("[]\n").replace("'", "").split(", ") if not name.startswith("scipy._")}
    assert rooms <= {"scipy", "scipy.special", "scipy.version"}
