"""What a message says, in the language that the preferences name: from the catalogue, with an address and no data. Pure.

Names are of other people's making: they are cut, and lose what would lead a reader astray.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """``subject`` is ASCII of at most 99 characters; ``title`` one line; ``lines`` what follows; ``link`` a whole
    address, or the path alone where the settings have no address."""

    subject: str
    title: str
    lines: tuple[str, ...]
    link: str
