"""pipeline.deploy.template: what is sent is shorter and says the same to whoever parses it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.deploy.template import MOST_BYTES, as_sent, shortened
from tests.support.places import ROOT
from tests.support.policies.template_stack import PATH, read

NAMES = st.text("abc-: #", min_size=1, max_size=8)
# Of several lines: written as blocks, with lines in them that would be comments or blank elsewhere.
TEXTS = st.lists(st.sampled_from(["one", "# no comment", "", "  deeper", "- x"]), max_size=4).map("\n".join)
TREES = st.recursive(
    NAMES | TEXTS | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
WITH_TEXTS = """# a comment
Top:
    - Key: >-
        # no comment
        text

        more
      Other:

        - - |
            a
              b
          - c
      # another comment
    - !If
      - Yes
      - !Sub "${Name} # no comment"
    - Last: |+
        kept

After: x # stays
"""


class _Blocks(yaml.SafeDumper):
    """Texts of several lines as blocks."""


def _text(dumper: yaml.SafeDumper, value: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Blocks.add_representer(str, _text)


def dumped(tree: Any, indent: int) -> str:
    # Counted indentation is sent as it is.
    return yaml.dump(tree, Dumper=_Blocks, indent=indent, width=10_000)


def test_what_is_sent_of_the_stack_is_read_as_the_stack() -> None:
    template = PATH.read_text("utf-8")
    sent = as_sent(template)
    assert read(sent) == read(template)
    assert len(sent.encode()) < MOST_BYTES < len(template.encode())


def test_no_comment_and_no_blank_line_is_sent() -> None:
    lines = shortened(PATH.read_text("utf-8")).splitlines()
    assert [line for line in lines if not line.strip() or line.strip().startswith("#")] == []


def test_texts_in_blocks_are_left_as_they_are() -> None:
    assert read(shortened(WITH_TEXTS)) == read(WITH_TEXTS)


@given(TREES, st.integers(2, 5))
def test_any_tree_is_read_as_it_was(tree: Any, indent: int) -> None:
    template = dumped({"Resources": tree}, indent)
    # Its emitter counts where a text begins with blanks or ends in line breaks only: those are not shortened.
    if as_sent(template + "#" * MOST_BYTES) != template + "#" * MOST_BYTES:
        assert read(shortened(template)) == {"Resources": tree}


@pytest.mark.parametrize("name", ["tests/golden/stack.yaml", "README.md"])
def test_what_fits_is_sent_as_it_is(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")[: MOST_BYTES // 4]
    assert as_sent(text) == text


@pytest.mark.parametrize("odd", ["Key: |2\n    text\n", "\tKey: x\n"])
def test_what_it_does_not_know_is_sent_as_it_is(odd: str) -> None:
    template = odd + "#" * MOST_BYTES
    assert as_sent(template) == template
