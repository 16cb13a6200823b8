"""The door of the command line: ``python -m pipeline``.

It only opens; pipeline.cli.main has the commands and the exit codes.
"""

from __future__ import annotations

from pipeline.cli.main import main

if __name__ == "__main__":
    main()
