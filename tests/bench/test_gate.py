"""The gate: medians against the floor of the same run; the shipped bounds are complete."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench import gate
from bench.farm import Farm
from bench.growth import Growth
from bench.report import Report, as_json
from bench.scenarios import NAMES, Result

BOUND = {name: gate.Bound(ratio=10.0, starts=2.0) for name in NAMES}
ONE = Result(
    scenario="same",
    wall=3.0,
    cpu=2.0,
    peak=100,
    floor_cpu=0.4,
    floor_wall=1.0,
    start=0.5,
    new=0,
    duplicates=0,
    entries=10,
    database=1000,
)


def test_a_run_within_the_bound_passes() -> None:
    """limit = ratio x floor + starts x start, and exactly the limit still passes."""
    (one,) = gate.judge([replace(ONE, cpu=5.0)], BOUND)
    assert one.limit == pytest.approx(5.0)
    assert one.passed
    (worse,) = gate.judge([replace(ONE, cpu=5.01)], BOUND)
    assert not worse.passed


def test_medians_decide_and_the_peak_is_the_highest() -> None:
    """One slow round of three does not fail the gate; memory is judged by its worst."""
    rounds = [replace(ONE, cpu=2.0), replace(ONE, cpu=90.0, peak=900), replace(ONE, cpu=3.0)]
    (one,) = gate.judge(rounds, BOUND)
    assert (one.cpu, one.peak, one.runs, one.passed) == (3.0, 900, 3, True)


def test_scenarios_keep_their_order_and_are_judged_apart() -> None:
    """A dear scenario does not hide behind a cheap one."""
    results = [ONE, replace(ONE, scenario="cold", cpu=99.0)]
    assert [(one.scenario, one.passed) for one in gate.judge(results, BOUND)] == [("cold", False), ("same", True)]


def test_the_shipped_bounds_are_complete() -> None:
    """Every scenario has a bound, and so has growth."""
    text = gate.FILE.read_text(encoding="utf-8")
    assert set(gate.bounds(text)) == set(NAMES)
    assert gate.growth_bound(text) > 1


def test_the_report_names_what_is_too_dear() -> None:
    """Both kinds of failure, in words, and in the JSON."""
    grown = [Growth(stored=n, wall=1.0, cpu=cpu, peak=1, database=1) for n, cpu in ((10, 1.0), (1000, 2.5))]
    report = Report(
        farm=Farm(1, 1, 1, 1),
        farm_bytes=1,
        cores={},
        results=[ONE],
        judgements=gate.judge([replace(ONE, cpu=50.0)], BOUND),
        memory=None,
        growth=grown,
        growth_bound=2.0,
    )
    assert [failure.split(":")[1] for failure in report.failures] == [" same", " growth"]
    assert as_json(report)["failures"] == report.failures
    well = replace(report, judgements=(), growth_bound=2.5)
    assert not well.failures
    assert replace(well, faults=["cold: no answer"]).failures == ["not measured: cold: no answer"]
