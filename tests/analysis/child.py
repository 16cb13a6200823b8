"""The child as the attacks meet it: a day's tables with a secret beside them, the program with or without a part.

What holds is asked of every attack: nothing reached, nothing made or changed, within its limits, and the next answers.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from pipeline.analysis.query import process
from pipeline.analysis.query.process import PROGRAM, QUERY, Ended, Limits

PLANTED = "planted-3f9c61d2"
GIB = 2**30
GATE = '    sql, values = _gated(base, job["sql"]), job["parameters"]\n'
OPEN = '    sql, values = Explained(job["sql"]), job["parameters"]\n'


def spoiled(path: Path, part: str, otherwise: str = "") -> Path:
    """A copy of the program, but for one part."""
    text = PROGRAM.read_text("utf-8")
    assert text.count(part) == 1, part
    path.write_text(text.replace(part, otherwise), "utf-8")
    return path


def typed(base: Path, sql: str, program: Path = PROGRAM, limits: Limits = QUERY) -> Ended:
    filled = (
        sql.replace("{base}", str(base)).replace("{beside}", str(base.parent)).replace("{folder}", base.parent.name)
    )
    job = {"job": "query", "sql": filled, "parameters": {}, "databases": [["t_craft", str(base)]]}
    return process.run({**job, "rows": 1000, "bytes": 2**20, "columns": 5000}, limits, lambda: False, program)


def there(base: Path) -> dict[str, Any]:
    """Everything that an attack could make or change, as it is."""
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in base.parent.iterdir()}
    return {**files, "/": sorted(os.listdir("/")), "/tmp": Path("/tmp/evil-of-a-test.csv").exists()}  # noqa: S108


def holds(base: Path, sql: str, program: Path) -> None:
    before = there(base)
    ended = typed(base, sql, program)
    assert PLANTED.encode() not in ended.output and b"root:" not in ended.output
    assert there(base) == before
    assert ended.peak <= 2 * GIB and ended.seconds < QUERY.seconds + 1


def next_answers(base: Path) -> None:
    assert typed(base, "select count(*) from session").output.splitlines()[1] == b'["300"]'
