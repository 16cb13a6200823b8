"""pipeline.console.reports.shelf: whatever lies among the definitions is told, and hides none of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.console.reports.shelf import MOST, Shelf
from pipeline.errors import DataInvalid, S3AccessDenied
from pipeline.lake.report_keys import DEFINITIONS
from tests.console.reports.kept import Shared, yaml_of


def problems(shared: Shared) -> dict[str, str]:
    return {one.name: one.problem.state for one in shared.of().listed() if one.problem}


def good(shared: Shared) -> list[str]:
    return [one.name for one in shared.of().listed() if one.definition and not one.shipped]


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (b"a: [", "report_definition"),
        (b"- 1\n- 2\n", "report_definition"),
        (b"title: x\ntitle: y\n", "report_definition"),
        (b"a: &a [*a]", "report_definition"),
        (b"{" * 5000, "report_definition"),
        (b"[1, 2" + b", 3" * 20_000, "report_definition"),
        (b"title: x", "report_definition"),
        (b"\xff\xfe\x00", "text_unread"),
        (b"\x89PNG\r\n", "text_unread"),
        (b"x" * (2 * 1024 * 1024 + 1), "text_unread"),
    ],
)
def test_what_is_no_definition_is_listed_with_its_problem(shared: Shared, body: bytes, state: str) -> None:
    shared.of().save("weekly", yaml_of(), "")
    shared.plant(f"{DEFINITIONS}broken.yaml", body)
    assert problems(shared) == {"broken": state}
    assert good(shared) == ["weekly"]


@pytest.mark.parametrize("end", ["README.txt", "Weekly.yaml", "a/b.yaml", "週.yaml", "a.yml", "..yaml", "<b>.yaml"])
def test_a_foreign_object_is_listed_and_opened_by_no_name(shared: Shared, end: str) -> None:
    shared.of().save("weekly", yaml_of(), "")
    shared.plant(f"{DEFINITIONS}{end}", yaml_of().encode())
    assert problems(shared) == {end: "report_foreign"}
    assert good(shared) == ["weekly"]
    with pytest.raises(DataInvalid):
        shared.of().get(end)


def test_a_folder_s_mark_is_nothing(shared: Shared) -> None:
    shared.plant(DEFINITIONS, b"")
    shared.plant(f"{DEFINITIONS}sub/", b"")
    assert problems(shared) == {} and shared.of().deleted() == ()


def test_a_broken_one_can_be_opened_mended_and_its_text_is_kept(shared: Shared) -> None:
    shared.plant_definition("broken", "title: [")
    found = shared.of().get("broken")
    assert (found.text, found.definition) == ("title: [", None) and found.problem and found.changed_by == ""
    for change in (lambda: shared.of().pause("broken", True, found.seen), lambda: shared.of().duplicate("broken", "b")):
        with pytest.raises(DataInvalid) as caught:
            change()
        assert caught.value.state == "report_definition"
    shared.of().save("broken", yaml_of(), found.seen)
    assert [one.text for one in shared.of().history("broken")] == ["title: ["]
    assert problems(shared) == {}


def test_an_archived_one_is_told_and_hides_no_other(shared: Shared) -> None:
    shared.of().save("weekly", yaml_of(), "")
    shared.lake.s3.put_object(
        Bucket=shared.lake.bucket, Key=f"{DEFINITIONS}old.yaml", Body=b"title: x", StorageClass="GLACIER"
    )
    assert problems(shared) == {"old": "archived"} and good(shared) == ["weekly"]
    with pytest.raises(S3AccessDenied):
        shared.of().get("old")


def test_a_thousand_definitions_are_listed_and_no_more_are_taken(shared: Shared) -> None:
    names = [f"report-{number:04}" for number in range(MOST)]
    # Beside foreign objects that stand before them in order.
    foreign = [f"{DEFINITIONS}{number:04}.TXT" for number in range(150)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: shared.plant_definition(name, yaml_of(name)), names))
        list(pool.map(lambda key: shared.plant(key, b"x"), foreign))
    listed = shared.of().listed()
    assert [one.name for one in listed if one.definition and not one.shipped] == names
    assert sum(one.problem is not None for one in listed) == 100
    for change in (lambda: shared.of().save("one-more", yaml_of(), ""), lambda: shared.of().duplicate("my-week", "b")):
        with pytest.raises(DataInvalid) as caught:
            change()
        assert (caught.value.state, caught.value.facts["most"]) == ("report_shelf_full", "1,000")
    shared.of().delete("report-0000", shared.of().get("report-0000").seen)
    assert shared.of().save("one-more", yaml_of(), "").definition


def test_what_was_deleted_takes_no_room(shared: Shared) -> None:
    for name in ("a", "b"):
        shared.of().delete(name, shared.of().save(name, yaml_of(), "").seen)
    assert Shelf(shared.lake).names() == frozenset()
    assert [one.name for one in shared.of().deleted()] == ["a", "b"]
