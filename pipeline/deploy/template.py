"""The template as it is sent: CloudFormation takes 51,200 bytes in a request, and reasons are for who reads the file.

Pure. What a YAML parser reads stays the same; comments, blank lines and indentation become less.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.deploy.flow import folded

# CloudFormation User Guide, "Understand CloudFormation quotas": a template in the request itself.
MOST_BYTES = 51_200
# YAML 1.2, "Block scalar styles": a header, and then every line that is indented more than the line of the header.
_BLOCK = re.compile(r"(^|[\s:-])[|>][-+]?(\s+#.*)?$")
# Its indentation is counted from that of its header's level.
_COUNTED = re.compile(r"(^|[\s:-])[|>][-+]?[1-9][-+]?(\s+#.*)?$", re.MULTILINE)


def as_sent(template: str) -> str:
    """The template itself where it fits, else the same in fewer bytes: for YAML in which no text in quotes goes on over
    a line that is blank or begins with ``#``."""
    if len(template.encode()) <= MOST_BYTES or _COUNTED.search(template) or "\t" in template:
        return template
    return shortened(template)


def shortened(template: str) -> str:
    """The same without comments and blank lines, with one column a level, and with short lists and mappings behind
    their keys; texts in blocks stay as they are."""
    depths = _Depths()
    told = [
        (depths.text(line) if inside else depths.line(line), inside) for line, inside in _without_comments(template)
    ]
    return "\n".join(folded(told)) + "\n"


def _without_comments(template: str) -> list[tuple[str, bool]]:
    """The lines that are not blank and hold not only a comment, and of each whether it is text inside a block."""
    kept: list[tuple[str, bool]] = []
    block: int | None = None
    for line in template.splitlines():
        bare = line.strip()
        inside = block is not None and (not bare or _depth(line) > block)
        if inside or (bare and not bare.startswith("#")):
            kept.append((line, inside))
        if not inside:
            block = _level(line) if _BLOCK.search(line) else None
    return kept


def _level(line: str) -> int:
    """Where a block's header stands: at its key, also behind dashes; without a key at its dash."""
    level, rest = _depth(line), line.lstrip(" ")
    while width := _dash(rest):
        rest = rest[width:]
        level += width if _dash(rest) or ": " in rest else 0
    return level


def _dash(text: str) -> int:
    """How wide a dash and the blanks behind it are; 0 where there is none."""
    return len(text) - len(text[1:].lstrip(" ")) if text.startswith("- ") else 0


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


@dataclass
class _Depths:
    """Which indentation is told by which, level by level; ``block`` is that of the text inside a block."""

    levels: list[tuple[int, int]] = field(default_factory=lambda: [(-1, -1)])
    block: int | None = None

    def line(self, line: str) -> str:
        """A line of the structure."""
        depth, bare = _depth(line), line.lstrip(" ")
        self.block = None
        while self.levels[-1][0] > depth:
            self.levels.pop()
        if self.levels[-1][0] != depth:
            self.levels.append((depth, self.levels[-1][1] + 1))
        short = self.levels[-1][1]
        told = " " * short + bare
        # What goes on behind a dash stands as much further as the dash is wide, in both.
        while width := _dash(bare):
            depth, short, bare = depth + width, short + width, bare[width:]
            self.levels.append((depth, short))
        return told

    def text(self, line: str) -> str:
        """A line of a text inside a block, whose first line says how much all of them are indented."""
        depth = _depth(line)
        self.block = depth if self.block is None and line.strip() else self.block
        return " " * (self.levels[-1][1] + 1) + line[self.block or depth :]
