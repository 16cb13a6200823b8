"""Coverage-guided fuzzing of one target by atheris: ``python -m tests.fuzz.run TARGET [--seconds N | --runs N]``.

It stops by itself, and with --runs it does the same every time; a finding ends it with a traceback and leaves its input
as a file in the current folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pipeline"]):
    from tests.fuzz import targets

SEEDS = Path(__file__).parent / "seeds"


def main() -> None:
    """Fuzz until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=sorted(targets.TARGETS))
    parser.add_argument("--seconds", type=int, default=1200)
    parser.add_argument("--runs", type=int, help="inputs instead of seconds, from a fixed seed")
    parsed = parser.parse_args()
    target = targets.TARGETS[parsed.target]
    limit = [f"-runs={parsed.runs}", "-seed=1"] if parsed.runs else [f"-max_total_time={parsed.seconds}"]
    with tempfile.TemporaryDirectory() as found:
        # libFuzzer writes what it finds interesting into the first folder; the seeds are only read.
        flags = [sys.argv[0], *limit, "-timeout=30", "-rss_limit_mb=2048", found, str(SEEDS / parsed.target)]
        atheris.Setup(flags, lambda data: targets.run(target, data))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
