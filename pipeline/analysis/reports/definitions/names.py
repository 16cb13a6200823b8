"""What a report may be called: a name that is a file's and an address's at once, in any store and browser. Pure."""

from __future__ import annotations

import re
from typing import Final

from pipeline.errors import DataInvalid
from pipeline.untrusted import quoted

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}", re.ASCII)


def checked(name: str) -> str:
    """The name. Raise DataInvalid for anything with dots, slashes, blanks, capitals or too many letters."""
    if not _NAME.fullmatch(name):
        text = f"a report cannot be called {quoted(name)}"
        raise DataInvalid(text, record="report", field="name", found=quoted(name), situation="report_name")
    return name
