"""YAML in fewer lines: the same is read of it. That of the whole stack is tried with the template."""

from __future__ import annotations

import pytest

from pipeline.deploy.flow import folded


def fold(*lines: str, inside: tuple[int, ...] = ()) -> list[str]:
    return folded([(line, number in inside) for number, line in enumerate(lines)])


def test_a_list_of_names_and_texts_stands_behind_its_key() -> None:
    assert fold("Action:", " - s3:GetObject", ' - !Sub "${A}/*"') == ['Action: [s3:GetObject, !Sub "${A}/*"]']
    assert fold("Action:", "- a", "- b", "Other: x") == ["Action: [a, b]", "Other: x"]


def test_mappings_stand_behind_their_keys_however_deep() -> None:
    found = fold("- Condition:", "   Bool:", '    "aws:SecureTransport": "true"', "   Like: [a]")
    assert found == ['- Condition: {Bool: {"aws:SecureTransport": "true"}, Like: [a]}']


@pytest.mark.parametrize(
    "lines",
    [
        ("A:", " - b # why"),
        ("A:", " - 'single'"),
        ("A:", " B: c", "  goes on"),
        ("A:", " - b: c", "   d: e"),
        ("A:", " - ${b}"),
        ("A:", " B: c: d"),
        ("A:", " B:"),
    ],
    ids=["comment", "other quotes", "two lines", "a mapping in a list", "a bracket", "two colons", "nothing"],
)
def test_what_might_read_otherwise_stays_as_it_is(lines: tuple[str, ...]) -> None:
    assert fold(*lines) == list(lines)


def test_a_text_inside_a_block_stays_as_it_is() -> None:
    lines = ("A: |", " B:", "  - c")
    assert fold(*lines, inside=(1, 2)) == list(lines)
