"""Languages: tags, and guessing where nobody says."""

from __future__ import annotations

import subprocess
import sys

import pytest

from aggregator.normalise.language import detected_language, language_tag

ENGLISH = (
    "The council has agreed to mend the seafront railings in May after the winter storms tore away a third of them. "
    "Residents had asked for the work to be done before the summer season, when the promenade is at its busiest, and "
    "members heard that the cost would be met from the reserve for coastal repairs."
)
WELSH = (
    "Mae'r cyngor wedi cytuno i drwsio rheiliau glan y môr ym mis Mai ar ôl i stormydd y gaeaf rwygo traean ohonynt i "
    "ffwrdd. Roedd trigolion wedi gofyn i'r gwaith gael ei wneud cyn tymor yr haf, pan fydd y promenâd ar ei brysuraf, "
    "a chlywodd aelodau y byddai'r gost yn dod o'r gronfa ar gyfer atgyweirio'r arfordir."
)
GAELIC = (
    "Dh'aontaich a' chomhairle na rèilichean air cladach a' bhaile a chàradh sa Chèitean às dèidh do stoirmean a' "
    "gheamhraidh an treas cuid dhiubh a shracadh air falbh. Bha luchd-còmhnaidh air iarraidh gun rachadh an obair a "
    "dhèanamh ron t-samhradh, nuair a bhios an t-slighe nas trainge, agus chuala buill mun chosgais."
)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en-gb", "en-GB"),
        (" cy ", "cy"),
        ("en_GB", "en-GB"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("Cymraeg", "cy"),
        ("en, cy", None),
        ("und", None),
        ("x", None),
        ("<script>", None),
        ("", None),
        (None, None),
    ],
)
def test_tags(text: str | None, tag: str | None) -> None:
    """P-43: BCP 47 with the usual case; anything else names no language."""
    assert language_tag(text) == tag


@pytest.mark.parametrize(("text", "tag"), [(ENGLISH, "en"), (WELSH, "cy"), (GAELIC, "gd")])
def test_languages_of_british_councils(text: str, tag: str) -> None:
    """P-43: English, Welsh and Scottish Gaelic are told apart."""
    assert detected_language(text) == tag


def test_no_guess_on_short_or_mixed_text() -> None:
    """P-43: under 40 words, or with two languages in one notice, nothing is guessed."""
    assert detected_language(" ".join(ENGLISH.split()[:39])) is None
    assert detected_language(" ".join(ENGLISH.split()[:40])) == "en"
    assert detected_language(f"{WELSH} {WELSH} {ENGLISH} {ENGLISH}") is None
    assert detected_language("12 34 56 " * 40) is None


def test_detector_is_loaded_on_need_only() -> None:
    """P-43: normalising imports no language models; most feeds say what they speak."""
    code = "import sys, aggregator.normalise; sys.exit('lingua' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
