"""Date strings: the grammar, zones, doubt, and the choice among several dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import DateStatus, Precision, RawDate, Stamp, ZoneSource
from aggregator.normalise.date_grammar import _by_standard, _by_words
from aggregator.normalise.dates import best_date, read_date, updated_date

NOW = datetime(2025, 8, 1, 12, tzinfo=UTC)
LONDON = "Europe/London"


def read(text: str, zone: str = LONDON, now: datetime = NOW) -> Stamp:
    """A date of a pubDate element."""
    return read_date(text, "pubDate", zone, now)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 01 Jul 2025 10:00:00 GMT", "2025-07-01T10:00:00"),
        ("01 Jul 2025 10:00:00 +0100", "2025-07-01T09:00:00"),
        ("Tue, 1 July 2025 10:00:00 GMT", "2025-07-01T10:00:00"),
        ("Tuesday, 01-Jul-25 10:00:00 GMT", "2025-07-01T10:00:00"),
        ("1 Jul 25 10:00 -0500", "2025-07-01T15:00:00"),
        ("1 Jul 99 10:00 GMT", "1999-07-01T10:00:00"),
        ("Tue, 01 Jul 2025 10:00:00", "2025-07-01T09:00:00"),
        ("2025-07-01T10:00:00Z", "2025-07-01T10:00:00"),
        ("2025-07-01t10:00:00.987654+01:00", "2025-07-01T09:00:00"),
        ("2025-07-01T10:00+01:00", "2025-07-01T09:00:00"),
        ("2025-07-01 10:00:00", "2025-07-01T09:00:00"),
        ("2025-07-01 10:00:00 +0000 UTC", "2025-07-01T10:00:00"),
        ("2025-07-01T10:00:00+01:00[Europe/London]", "2025-07-01T09:00:00"),
        ("2025/07/01 10:00", "2025-07-01T09:00:00"),
        ("20250701T100000Z", "2025-07-01T10:00:00"),
        ("Tue Jul  1 10:00:00 2025", "2025-07-01T09:00:00"),
        ("Tue Jul  1 10:00:00 BST 2025", "2025-07-01T09:00:00"),
        ("01/07/2025 10:00", "2025-07-01T09:00:00"),
        ("01-07-2025 10:00:30", "2025-07-01T09:00:30"),
        ("05.07.25 10:00", "2025-07-05T09:00:00"),
        ("1st July 2025 5.30pm", "2025-07-01T16:30:00"),
        ("31st of May 2025, 12am", "2025-05-30T23:00:00"),
        ("Tuesday, July 1, 2025 - 10:00", "2025-07-01T09:00:00"),
        ("July 1, 2025 at 12:05 pm", "2025-07-01T11:05:00"),
        ("Tue Jul 01 2025 10:00:00 GMT+0100 (British Summer Time)", "2025-07-01T09:00:00"),
        ("Tue, 01 Jul 2025 10:00:00 GMT+1", "2025-07-01T09:00:00"),
        ("1 July 2025 10:00 (BST)", "2025-07-01T09:00:00"),
        ("2025-06-30T24:00:00Z", "2025-07-01T00:00:00"),
        ("2025-06-30T23:59:60Z", "2025-06-30T23:59:59"),
        ("1751371200", "2025-07-01T12:00:00"),
        ("1751371200000", "2025-07-01T12:00:00"),
        ("mardi 1er juillet 2025 à 10h30", "2025-07-01T09:30:00"),
        ("mar. 3 juin 2025 10:00:00 +0200", "2025-06-03T08:00:00"),
        ("Maw, 01 Gorff 2025 10:00:00 +0100", "2025-07-01T09:00:00"),
        ("Dydd Mawrth 1af o Orffennaf 2025 am 10:30", "2025-07-01T09:30:00"),
    ],
)
def test_grammar(text: str, expected: str) -> None:
    """P-31: each form of the grammar is read as meant, to the second."""
    stamp = read(text)
    assert stamp.instant == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert stamp.raw == text
    assert stamp.element == "pubDate"


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2025-07-01", "2025-06-30T23:00", Precision.DAY),
        ("01/07/2025", "2025-06-30T23:00", Precision.DAY),
        ("24-March-2016", "2016-03-24T00:00", Precision.DAY),
        ("1st July 2025", "2025-06-30T23:00", Precision.DAY),
        ("1 Jul 2025 GMT", "2025-06-30T23:00", Precision.DAY),
        ("2025-01", "2025-01-01T12:00", Precision.MONTH),
        ("July 2025", "2025-07-01T11:00", Precision.MONTH),
        ("1 Jul 2025 10:00 GMT", "2025-07-01T10:00", Precision.MINUTE),
        ("1 Jul 2025 10:00:00 GMT", "2025-07-01T10:00", Precision.SECOND),
    ],
)
def test_precision(text: str, day: str, precision: Precision) -> None:
    """P-30: precision is what was stated; days and months begin at midnight of the source."""
    stamp = read(text)
    assert stamp.precision is precision
    assert stamp.instant == datetime.fromisoformat(day).replace(tzinfo=UTC)


MONTHS = (
    ("January", "Ion", "Ionawr", "janvier"),
    ("February", "Chwef", "Chwefror", "févr."),
    ("March", "Maw", "Mawrth", "mars"),
    ("April", "Ebr", "Ebrill", "avril"),
    ("May", "Mai", "Mai", "mai"),
    ("June", "Meh", "Mehefin", "juin"),
    ("July", "Gor", "Gorffennaf", "juillet"),
    ("August", "Aws", "Awst", "août"),
    ("September", "Medi", "Medi", "sept."),
    ("October", "Hyd", "Hydref", "octobre"),
    ("November", "Tach", "Tachwedd", "novembre"),
    ("December", "Rhag", "Rhagfyr", "décembre"),
)


@pytest.mark.parametrize("number", range(1, 13))
def test_month_names_in_three_languages(number: int) -> None:
    """W-08, P-31: Welsh and French months are the English ones."""
    stamps = [read(f"5 {name} 2024 10:00 GMT") for name in MONTHS[number - 1]]
    assert [stamp.instant for stamp in stamps] == [datetime(2024, number, 5, 10, tzinfo=UTC)] * 4


@pytest.mark.parametrize("day", ["Llun", "Maw", "Mawrth", "Mer", "Iau", "Gwe", "Gwener", "Sad", "Sul"])
def test_welsh_days(day: str) -> None:
    """W-08: Welsh day names may open a date."""
    assert read(f"{day}, 5 Meh 2024 10:00 GMT").instant == datetime(2024, 6, 5, 10, tzinfo=UTC)


def test_maw_is_a_day_first_and_a_month_after_a_number() -> None:
    """W-08: ``Maw`` is Tuesday in first place, March after a number, and never a month in first place."""
    assert read("Maw 4 Maw 2025").instant == datetime(2025, 3, 4, tzinfo=UTC)
    assert read("Maw 4 2025").status is DateStatus.BAD


@pytest.mark.parametrize(
    ("name", "zone", "hour", "source"),
    [
        ("BST", LONDON, 9, ZoneSource.NAME),
        ("GMT", LONDON, 10, ZoneSource.NAME),
        ("Z", LONDON, 10, ZoneSource.EXPLICIT),
        ("+0100", LONDON, 9, ZoneSource.EXPLICIT),
        ("IST", "Europe/Dublin", 9, ZoneSource.NAME),
        ("IST", LONDON, 9, ZoneSource.NAME),
        ("IST", "Asia/Kolkata", 4, ZoneSource.NAME),
        ("IST", "Asia/Jerusalem", 8, ZoneSource.NAME),
        ("WEST", LONDON, 9, ZoneSource.NAME),
        ("WET", LONDON, 10, ZoneSource.NAME),
        ("CET", LONDON, 9, ZoneSource.NAME),
        ("CEST", LONDON, 8, ZoneSource.NAME),
        ("EST", LONDON, 15, ZoneSource.NAME),
        ("QQT", LONDON, 9, ZoneSource.ASSUMED),
        ("A", LONDON, 9, ZoneSource.ASSUMED),
        ("", LONDON, 9, ZoneSource.ASSUMED),
        ("", "Europe/Paris", 8, ZoneSource.ASSUMED),
    ],
)
def test_zones(name: str, zone: str, hour: int, source: ZoneSource) -> None:
    """P-32, P-33: names mean what they mean at the source; none or an unknown one is the source's own, flagged."""
    stamp = read(f"Tue, 01 Jul 2025 10:00:00 {name}".strip(), zone)
    assert stamp.zone is source
    assert stamp.instant is not None
    assert stamp.instant.hour == hour
    assert stamp.status is (DateStatus.ASSUMED if source is ZoneSource.ASSUMED else DateStatus.OK)


def test_clock_changes() -> None:
    """P-33: of the doubled hour in October the first, and the hour that March leaves out moves forward."""
    assert read("2024-10-27 01:30").instant == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    assert read("2025-03-30 01:30").instant == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "29 Feb 2023",
        "Wed, 29 Feb 2023 10:00:00 GMT",
        "31/04/2025",
        "3/23/2016 12:34:57 PM",
        "2025-13-01",
        "0000-00-00T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "0",
        "31 Dec 1992 23:59 GMT",
        "1 Jul 1752",
        "0001-01-01T00:00:00Z",
        "9999-12-31T24:00:00Z",
        "1 Jul 2025 25:00",
        "1 Jul 2025 24:30",
        "1 Jul 2025 10:61",
        "1 Jul 2025 13:00 am",
        "1 Jul 2025 10:00 +9900",
        "2025",
        "yesterday",
        "12:00",
        "Gorphwysfa 2025",
        "1 Jul 2025 10:00:00 GMT and more",
        "<b>1 Jul 2025</b>",
        "1" * 5_000,
    ],
)
def test_never_silently_wrong(text: str) -> None:
    """P-30, P-36: what is no date, or none that can be true, is BAD with its words kept and no instant."""
    stamp = read(text)
    assert (stamp.status, stamp.instant) == (DateStatus.BAD, None)
    assert stamp.raw == text[:200]


def test_future() -> None:
    """P-36: ten minutes of clock error are fine, more is the future, over 400 days is no date."""

    def status(ahead: timedelta) -> DateStatus:
        return read((NOW + ahead).strftime("%Y-%m-%dT%H:%M:%SZ")).status

    assert status(timedelta(minutes=10)) is DateStatus.OK
    assert status(timedelta(minutes=11)) is DateStatus.FUTURE
    assert status(timedelta(days=400)) is DateStatus.FUTURE
    assert status(timedelta(days=400, seconds=1)) is DateStatus.BAD


def test_empty_is_missing() -> None:
    """P-30: an empty element states nothing."""
    assert read("  ").status is DateStatus.MISSING


@settings(max_examples=100, deadline=None)
@given(
    moment=st.datetimes(min_value=datetime(1994, 1, 1), max_value=datetime(2025, 8, 1)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
    form=st.sampled_from(
        ["%a, %d %b %Y %H:%M:%S +0000", "%Y-%m-%dT%H:%M:%SZ", "%d %B %Y %H:%M:%S UTC", "%d/%m/%Y %H:%M:%S GMT"]
    ),
)
def test_round_trip(moment: datetime, form: str) -> None:
    """P-31: every second since 1994 comes back from the four common forms."""
    assert read(moment.strftime(form)).instant == moment.replace(tzinfo=UTC)


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet="0123456789:-/.+ TZJulyMawGMT,()\u00a0à²", max_size=40))
def test_any_text_is_safe(text: str) -> None:
    """P-30: no text raises, and an instant is aware, UTC and within belief."""
    stamp = read(text)
    if stamp.instant is not None:
        assert stamp.instant.utcoffset() == timedelta(0)
        assert datetime(1993, 1, 1, tzinfo=UTC) <= stamp.instant <= NOW + timedelta(days=400)


def dates(**texts: str) -> tuple[RawDate, ...]:
    """Raw dates; ``dc_date`` stands for ``dc:date`` and ``atom_updated`` for ``atom:updated``."""
    names = {"dc_date": "dc:date", "atom_updated": "atom:updated", "atom_published": "atom:published"}
    return tuple(RawDate(element=names.get(name, name), text=text) for name, text in texts.items())


GOOD = {"pubDate": "1 Jul 2025 10:00 GMT", "dc_date": "2025-06-02T10:00:00Z", "atom_updated": "2025-06-03T10:00:00Z"}
LINK = "https://a.example/2025/06/04/road-closed"


@pytest.mark.parametrize(
    ("texts", "link", "element"),
    [
        (GOOD, LINK, "pubDate"),
        (GOOD | {"pubDate": "soon"}, LINK, "dc:date"),
        (GOOD | {"pubDate": "soon", "dc_date": ""}, LINK, "atom:updated"),
        ({"atom_updated": "2025-06-03T10:00:00Z", "atom_published": "2025-06-01T10:00:00Z"}, LINK, "atom:published"),
        ({"pubDate": "soon"}, LINK, "url"),
        ({}, "https://a.example/2025/06/04", "url"),
        ({"pubDate": "soon"}, "https://a.example/2025/06/", "pubDate"),
        ({"pubDate": "soon"}, "https://a.example/2025/13/40/x", "pubDate"),
        ({}, "https://a.example/2025/12/24/carols", None),
        ({}, None, None),
    ],
)
def test_choice_of_the_best_date(texts: dict[str, str], link: str | None, element: str | None) -> None:
    """P-37: published, dc:date, updated, the address; a bad one makes room, and its words stay if all are bad."""
    assert best_date(dates(**texts), link, LONDON, NOW).element == element


def test_date_in_the_address_is_a_day() -> None:
    """P-37: an address knows the day and nothing finer."""
    stamp = best_date((), LINK, LONDON, NOW)
    assert (stamp.precision, stamp.raw) == (Precision.DAY, "2025/06/04")
    assert stamp.instant == datetime(2025, 6, 3, 23, tzinfo=UTC)


def test_updated_only_where_the_element_exists() -> None:
    """P-39: a publication date is no update; a bad update is kept as bad."""
    assert updated_date(dates(pubDate="1 Jul 2025 10:00 GMT"), LONDON, NOW) is None
    stamp = updated_date(dates(atom_updated="2025-06-03T10:00:00Z"), LONDON, NOW)
    assert stamp is not None
    assert stamp.instant == datetime(2025, 6, 3, 10, tzinfo=UTC)
    bad = updated_date(dates(atom_updated="later"), LONDON, NOW)
    assert bad is not None
    assert bad.status is DateStatus.BAD


@settings(max_examples=300, deadline=None)
@given(
    moment=st.datetimes(),
    form=st.sampled_from(
        [
            "{0:%a, %d %b %Y %H:%M:%S} {1}",
            "{0:%d %b %Y %H:%M:%S} {1}",
            "{0:%Y-%m-%dT%H:%M:%S}{1}",
            "{0:%Y-%m-%dT%H:%M:%S}.5{1}",
        ]
    ),
    zone=st.sampled_from(
        ["GMT", "Z", "+0000", "-0000", "+0100", "+00:00", "-12:45", "+14:00", "+1460", "+15:00", "-9959"]
    ),
)
def test_standard_dates_take_no_detour(moment: datetime, form: str, zone: str) -> None:
    """P-31: a date that keeps to RFC 822 or RFC 3339 says what the whole grammar makes of it."""
    text = form.format(moment, zone)
    quick = _by_standard(text)
    assert quick is None or quick == _by_words(text)
    assert (quick or _by_words(text)) == _by_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 31 Feb 2025 10:00:00 GMT",
        "Tue, 01 Jul 2025 24:00:00 GMT",
        "Tue, 01 JUL 2025 10:00:00 GMT",
        "01 Xyz 2025 10:00:00 GMT",
        "2025-06-30T23:59:60Z",
        "2025-07-01T10:00:00",
        "0000-01-01T00:00:00Z",
        "9999-01-01T00:00:00Z",
    ],
)
def test_what_needs_a_second_look(text: str) -> None:
    """P-31: no day of any calendar, midnight as 24:00, a leap second: not for the quick way."""
    assert _by_standard(text) is None


def test_standard_dates_are_recognised() -> None:
    """P-31: what nearly all feeds send goes the quick way."""
    for text in ("Tue, 01 Jul 2025 10:00:00 GMT", "Tue, 01 Jul 2025 10:00:00 +0100", "2025-07-01T10:00:00.123Z"):
        assert _by_standard(text) == _by_words(text) is not None
