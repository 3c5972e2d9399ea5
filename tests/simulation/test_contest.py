"""The gate on a small scale, the figures, the table and the picture."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from aggregator.simulation.contest import GATED, bouts, fight
from aggregator.simulation.plot import plot
from aggregator.simulation.publishers import made_up
from aggregator.simulation.report import Figures, gate, rows

NAMES = ("fixed", "miniflux", "ours", "ours-w1", "oracle")


@pytest.fixture(scope="module")
def found() -> list[Figures]:
    return [fight(bout) for bout in bouts(NAMES, 1, 50, 56, 6.0)]


def test_the_gate_is_met_on_a_small_scale(found: list[Figures]) -> None:
    """A-22: per entry, per feed and p95 against the clock, Miniflux and the oracle, at equal requests."""
    assert gate(found) == []


def test_the_gate_can_fail(found: list[Figures]) -> None:
    """A-22: each of its clauses is looked at."""
    by = {each.policy: each for each in found}

    def faults(**changes: Figures) -> str:
        return "\n".join(gate([changes.get(each.policy.replace("-", "_"), each) for each in found]))

    plain, fair, fixed = by["ours-w1"], by["ours"], by["fixed"]
    assert "per entry over fixed" in faults(ours_w1=replace(plain, per_entry=0.61 * fixed.per_entry))
    assert "over Miniflux" in faults(ours_w1=replace(plain, per_entry=0.81 * by["miniflux"].per_entry))
    assert "over the oracle" in faults(ours_w1=replace(plain, per_entry=1.16 * by["oracle"].per_entry))
    assert "p95" in faults(ours_w1=replace(plain, p95=1.01 * fixed.p95))
    assert "A-08 per entry" in faults(ours=replace(fair, per_entry=0.66 * fixed.per_entry))
    assert "per feed" in faults(ours=replace(fair, per_feed=0.96 * fixed.per_feed))
    assert "requests" in faults(ours=replace(fair, requests_a_day=1.02 * fixed.requests_a_day))
    assert "violations" in faults(ours=replace(fair, violations=1))


def test_the_order_of_the_first_result(found: list[Figures]) -> None:
    """A-23: the oracle, then the threshold, then Miniflux tuned to the budget, then the clock, per entry; with fairness
    the threshold beats the clock and Miniflux per entry, per feed and at p95 at once."""
    by = {each.policy: each for each in found}
    order = ("oracle", "ours-w1", "ours", "miniflux", "fixed")
    assert sorted(order, key=lambda name: by[name].per_entry) == list(order)
    fair, others = by["ours"], (by["fixed"], by["miniflux"])
    assert all(fair.per_feed < each.per_feed and fair.p95 < each.p95 for each in others)


def test_the_table_has_a_row_for_each_policy(found: list[Figures]) -> None:
    """A-21: in the order they ran."""
    table = rows(found)
    assert [row[0] for row in table] == list(NAMES)
    assert table[0][1] in {"299", "300", "301"}


def test_the_picture_is_svg_with_a_curve_for_each_policy(found: list[Figures]) -> None:
    """The plot is well-formed, has a title, and escapes it."""
    tree = ElementTree.fromstring(plot(found, "Delay <of> entries & more"))
    space = "{http://www.w3.org/2000/svg}"
    assert len(tree.findall(f"{space}polyline")) == len(NAMES)
    title = tree.find(f"{space}title")
    assert title is not None
    assert title.text == "Delay <of> entries & more"
    assert all(each.curve[0] <= each.curve[-1] <= 1.0 for each in found)


def test_a_recording_has_one_seed_and_no_oracle() -> None:
    """Nobody knows the true rates of a recorded publisher."""
    work = bouts(GATED, 5, 200, 28, 6.0, made_up(1, 3, 28))
    assert [each.policy for each in work] == [name for name in GATED if name != "oracle"]
    assert {each.seed for each in work} == {1}
    assert fight(work[0]).requests_a_day == pytest.approx(18, rel=0.01)
