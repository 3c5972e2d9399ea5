"""The curves of delay as one SVG: how many entries each policy knows after how many hours. Pure, no library."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from statistics import fmean

from aggregator.simulation.report import CURVE, CURVE_STEPS, Figures, policies

WIDTH, HEIGHT = 820, 460
LEFT, TOP, RIGHT, BOTTOM = 64, 56, 190, 56
COLOURS = {
    "fixed": "#767676",
    "miniflux": "#b35900",
    "commafeed": "#8a6d00",
    "square-root": "#00737a",
    "ours": "#0b57d0",
    "ours-w1": "#7a3fc4",
    "oracle": "#2e7d32",
}
DASHES = {"oracle": "2 4", "ours-w1": "9 4", "fixed": "5 3"}
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.axis{stroke:#999}.grid{stroke:#e3e3e3}"
    ".curve{fill:none;stroke-width:2.2}"
)
_ABOUT = "For each policy, the share of entries known after so many hours. Higher and further left is better."
_ACROSS = "hours from publication until known"


def plot(found: Sequence[Figures], title: str) -> str:
    """An SVG document; curves are means over the seeds, told apart by dashes and labels as well as by colour."""
    names = policies(found)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d">',
        f'<title id="t">{escape(title)}</title>',
        f'<desc id="d">{_ABOUT}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="28" style="font-size:16px;font-weight:600">{escape(title)}</text>',
        *_axes(),
        *(_curve([each for each in found if each.policy == name]) for name in names),
        *(part for place, name in enumerate(names) for part in _legend(place, name)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(hours: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * hours / CURVE


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def _axes() -> list[str]:
    found = []
    for tenth in range(0, 11, 2):
        y = _y(tenth / 10)
        found.append(f'<line class="grid" x1="{_x(0):.1f}" y1="{y:.1f}" x2="{_x(CURVE):.1f}" y2="{y:.1f}"/>')
        found.append(f'<text x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{tenth * 10} %</text>')
    hours = [
        f'<text x="{_x(hour):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{hour} h</text>'
        for hour in range(int(CURVE) + 1)
    ]
    base = f'<line class="axis" x1="{_x(0):.1f}" y1="{_y(0):.1f}" x2="{_x(CURVE):.1f}" y2="{_y(0):.1f}"/>'
    label = f'<text x="{_x(CURVE / 2):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{_ACROSS}</text>'
    return [*found, *hours, base, label]


def _curve(found: Sequence[Figures]) -> str:
    points = (
        f"{_x(CURVE * step / CURVE_STEPS):.1f},{_y(fmean(each.curve[step] for each in found)):.1f}"
        for step in range(CURVE_STEPS + 1)
    )
    return f'<polyline class="curve" {_line(found[0].policy)} points="{" ".join(points)}"/>'


def _line(policy: str) -> str:
    dash = f' stroke-dasharray="{DASHES[policy]}"' if policy in DASHES else ""
    return f'stroke="{COLOURS.get(policy, "#222")}"{dash}'


def _legend(place: int, policy: str) -> tuple[str, str]:
    x, y = WIDTH - RIGHT + 20, TOP + 24 * place + 10
    line = f'<line class="curve" {_line(policy)} x1="{x}" y1="{y}" x2="{x + 30}" y2="{y}"/>'
    return line, f'<text x="{x + 38}" y="{y + 4}">{escape(policy)}</text>'
