"""tests.benchmarks.targets: which targets a contest's figures hold, and what is left out."""

from __future__ import annotations

from tests.benchmarks.targets import SMALL, Found, table, targets


def figures(scan: float, process: float = 1.0, peak: float = 100.0) -> dict[str, float]:
    return {"scan_cpu": scan, "process_cpu": process, "peak_mb": peak}


WHOLE: Found = {
    SMALL: {
        "floor": figures(0.02, 0.2),
        "ours (scan)": figures(0.2, 0.5),
        "boto3 resource": figures(2.0),
        "awswrangler (default)": figures(2.7),
    },
    100_000: {"ours (export)": figures(0.5, peak=100)},
    200_000: {"ours (export)": figures(1.0)},
    1_000_000: {"ours (scan)": figures(3.9), "ours (export)": figures(5.2, peak=110)},
}


def verdicts(found: Found) -> dict[str, str]:
    return {one.name: one.verdict for one in targets(found)}


def test_each_target_is_held_or_missed_by_its_figure() -> None:
    assert verdicts(WHOLE) == {
        "items per CPU-second of the scan, times awswrangler (default)'s": "missed",
        "items per CPU-second of the scan, times boto3 resource's": "held",
        "items per CPU-second of the scan, times AWS SDK for JavaScript v3's": "left out",
        "CPU of the scan, times the floor's": "held",
        "CPU of the process, times the floor's": "missed",
        "rate of the whole export, in % of the scan's alone": "held",
        "MB at a million items": "held",
        "MB at a million items, % above those at 100,000": "missed",
        "CPU an item at a million, % above that at 200,000": "held",
    }


def test_nothing_measured_is_everything_left_out_by_name() -> None:
    assert set(verdicts({}).values()) == {"left out"}
    assert "| CPU of the scan, times the floor's | ≤ 10 | – | left out |" in table(targets({}))
