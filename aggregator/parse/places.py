"""Where it happened: the points of GeoRSS, W3C Geo and GML (P-46)."""

from __future__ import annotations

import re

from aggregator.parse.tree import Element, Names, plain

_NUMBER = re.compile(r"[+-]?\d{1,3}(?:\.\d{1,20})?")
_MOST = 50
PLACES = ("georss:", "geo:", "gml:")
"""How the names of all elements begin that tell a place."""

Point = tuple[float, float]


def read_points(entry: Element, names: Names) -> tuple[Point, ...]:
    """Latitude and longitude in degrees (WGS 84), each point once; lines, boxes and nonsense are left out."""
    found: dict[Point, None] = {}
    for child in entry:
        prefix, _, local = names(child).partition(":")
        if prefix == "georss" and local == "point":
            found.update(dict.fromkeys(_pair(plain(child))))
        elif (prefix, local) in (("georss", "where"), ("geo", "point"), ("gml", "point")):
            found.update(dict.fromkeys(_inside(child, names)))
    found.update(dict.fromkeys(_separate(entry, names)))
    return tuple(found)[:_MOST]


def _inside(element: Element, names: Names) -> list[Point]:
    exact = [point for part in element.iter("{*}*") if names(part) == "gml:pos" for point in _pair(plain(part))]
    return exact or _separate(element, names)


def _separate(element: Element, names: Names) -> list[Point]:
    """geo:lat and geo:long side by side."""
    parts = {names(child): plain(child) for child in element if names(child).startswith("geo:")}
    return _pair(f"{parts.get('geo:lat')} {parts.get('geo:long') or parts.get('geo:lon')}")


def _pair(text: str | None) -> list[Point]:
    numbers = (text or "").replace(",", " ").split()
    if len(numbers) < 2 or not all(_NUMBER.fullmatch(number) for number in numbers[:2]):
        return []
    latitude, longitude = float(numbers[0]), float(numbers[1])
    return [(latitude, longitude)] if abs(latitude) <= 90 and abs(longitude) <= 180 else []
