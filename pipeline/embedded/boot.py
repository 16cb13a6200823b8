"""The first words of a function's interpreter on this machine, run by path (``python -I boot.py HANDLER [LIBRARY…]``).

It imports nothing of ours: the package comes from the unpacked zip, as on Lambda.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Collection, Sequence

# What Lambda's Python runtime does not have must not be found by accident in this machine's libraries.
ABSENT = ("streamlit", "pandas", "numpy", "pyarrow", "plotly", "moto", "dotenv", "babel", "pytest", "pages")


class Absent:
    """Finds nothing, and says so for these libraries before anybody else looks (importlib.abc.MetaPathFinder)."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise ModuleNotFoundError for an absent library and its modules."""
        if name.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def end_with_parent() -> None:
    """Wait for the end of stdin, whose other end the parent holds as long as it lives; then end this process."""
    sys.stdin.read()
    os._exit(0)


def main(handler: str, brought: Sequence[str]) -> None:
    """Run AWS's runtime client on the handler, until it or the parent ends; ``brought``: what its zip would hold, and
    is taken from this machine."""
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    sys.meta_path.insert(0, Absent([name for name in ABSENT if name not in brought]))
    threading.Thread(target=end_with_parent, daemon=True).start()
    # Imported here: from the zip, when it has one, and only in the function's own process.
    from awslambdaric.__main__ import main as serve  # type: ignore[import-untyped]  # noqa: PLC0415

    serve(["bootstrap", handler])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
