"""The contest: every contestant in a fresh process, rounds interleaved, medians, ratios in one table.

``python -m tests.benchmarks.run [--items N …] [--rounds N] [--awswrangler PYTHON]``; figures also go to ``results/``.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmarks import targets
from tests.benchmarks.contestants import CONTESTANTS
from tests.support.places import ROOT

RESULTS = Path(__file__).parent / "results"
# Too slow or too large to be told anything new by a million items.
JAVASCRIPT = "AWS SDK for JavaScript v3"
SMALL_ONLY = ("boto3 resource", "awswrangler (default)", "awswrangler (items)", JAVASCRIPT)
SMALL = 50_000
Figures = dict[str, float]


@contextmanager
def stub(items: int) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmarks.stub", str(items)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip() if server.stdout else ''}"
        finally:
            server.kill()


def measure(name: str, url: str, awswrangler: str) -> Figures | None:
    """One process of one contestant; None, with the reason on stderr, when it cannot run here."""
    python = awswrangler if name.startswith("awswrangler") else sys.executable
    command = [python, "-m", "tests.benchmarks.contestants", name, url]
    if name == JAVASCRIPT:
        # require() looks in NODE_PATH, so that the packages can be installed anywhere.
        command = ["node", str(Path(__file__).parent / "contestant.cjs"), url]
    if not shutil.which(command[0]):
        print(f"{name} left out: no {command[0]} on PATH", file=sys.stderr)
        return None
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "Error" in line] or ["?"]
        print(f"{name} left out: {said[-1]}", file=sys.stderr)
        return None
    return dict(json.loads(done.stdout))


def contest(items: int, rounds: int, awswrangler: str) -> dict[str, Figures]:
    """Median figures of each contestant."""
    names = [name for name in (*CONTESTANTS, JAVASCRIPT) if items <= SMALL or name not in SMALL_ONLY]
    found: dict[str, list[Figures]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            with stub(items) as url:
                figures = measure(name, url, awswrangler)
            if figures and figures["items"] == items:
                found[name].append(figures)
    return {name: _median(rows) for name, rows in found.items() if rows}


def _median(rows: list[Figures]) -> Figures:
    return {field: statistics.median(row[field] for row in rows) for field in rows[0]}


def table(items: int, found: dict[str, Figures]) -> str:
    """Markdown: items per CPU-second of the scan part and of the whole process, with ratios; peak memory."""
    ours = found["ours (scan)"]
    lines = [
        f"| {items:,} items | items / CPU-s (scan) | ours ÷ it | items / CPU-s (process) | ours ÷ it | peak MB |",
        "|---|---|---|---|---|---|",
    ]
    for name, it in found.items():
        scan, whole = items / it["scan_cpu"], items / it["process_cpu"]
        ratios = it["scan_cpu"] / ours["scan_cpu"], it["process_cpu"] / ours["process_cpu"]
        lines.append(
            f"| {name} | {scan:,.0f} | {ratios[0]:.2f} | {whole:,.0f} | {ratios[1]:.2f} | {it['peak_mb']:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[50_000, 100_000, 200_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--awswrangler", default=sys.executable, metavar="PYTHON", help="whose packages have awswrangler"
    )
    asked = parser.parse_args()
    results: dict[str, Any] = {"machine": platform.platform(), "python": platform.python_version()}
    medians: dict[int, dict[str, Figures]] = {}
    for items in asked.items:
        medians[items] = contest(items, asked.rounds, asked.awswrangler)
        print(table(items, medians[items]) + "\n", flush=True)
    reached = targets.targets(medians)
    print(targets.table(reached))
    results |= {str(items): found for items, found in medians.items()}
    results["targets"] = [asdict(one) | {"verdict": one.verdict} for one in reached]
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%dT%H%M%S')}.json"
    path.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
