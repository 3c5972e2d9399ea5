"""Languages: tags, and guessing where nobody says."""

from __future__ import annotations

import subprocess
import sys

import pytest

from aggregator.normalise.english import is_plainly_english
from aggregator.normalise.language import _detected, detected_language, language_tag

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


PLAIN = (
    "There will be more about this when the council has met again, and the people of the town can have their say about "
    "what they want from it before the end of the year. All of us know how much there is to do, but we do not have the "
    "time or the money for every one of these things, so some of them will have to be left until the new year."
)
OTHERS = (
    "Der Rat der Stadt hat in der Sitzung am Montag so gut wie alle Punkte zur Sanierung im Park der Promenade vertagt",
    "De raad van de stad is in de week na de storm op het plein in de haven om de plannen voor het nieuwe park te zien",
    "Le conseil a décidé de réparer les grilles du front de mer avant la saison, a dit on six mois pour tout lieu",
)


def test_plain_english_is_told_without_models() -> None:
    """P-43: the small words of English tell it as surely as the models do, and nothing else is taken for it."""
    assert is_plainly_english(PLAIN[:400], PLAIN[-400:])
    assert is_plainly_english(PLAIN[:400], PLAIN.replace("do not", "don’t – really –")[-400:])
    assert _detected(PLAIN[:400]) == "en"
    for other in (
        PLAIN.replace("town", "tŵn"),
        WELSH,
        GAELIC,
        *(text * 4 for text in OTHERS),
        "12 34 " * 60,
        "the " * 100,
        "the council said this " * 25,
        "",
    ):
        assert not is_plainly_english(other[:400], other[:400])
        assert not is_plainly_english(PLAIN[:400], other[:400])
        assert not is_plainly_english(other[:400], PLAIN[:400])


@pytest.mark.parametrize("other", [WELSH, GAELIC, *OTHERS])
def test_samples_of_two_languages_are_left_to_the_models(other: str) -> None:
    """P-43: English with a sentence of another language in it is not plain, wherever that stands."""
    foreign = other[:130]
    for sample in (f"{foreign} {PLAIN}"[:400], f"{PLAIN[:130]} {foreign} {PLAIN}"[:400], f"{PLAIN[:270]} {foreign}"):
        assert not is_plainly_english(PLAIN[:400], sample)
        assert not is_plainly_english(sample, PLAIN[:400])


@pytest.mark.parametrize("other", [WELSH, GAELIC, *(text * 4 for text in OTHERS), "12 34 " * 70, ENGLISH])
def test_one_plain_end_is_what_the_models_would_say(other: str) -> None:
    """P-43: where only one end of a text is plainly English, the outcome is that of asking the models for both."""
    for text in (f"{PLAIN} {other}", f"{other} {PLAIN}"):
        start, end = _detected(text[:400]), _detected(text[-400:])
        assert detected_language(text) == (start if start == end else None)


def test_plain_english_loads_no_models() -> None:
    """P-43: a feed in plain English that does not say so costs no models."""
    code = (
        f"import sys; from aggregator.normalise.language import detected_language; print(detected_language({PLAIN!r}))"
    )
    code += "; sys.exit('lingua' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert (done.returncode, done.stdout.strip()) == (0, b"en")


def test_detector_is_loaded_on_need_only() -> None:
    """P-43: normalising imports no language models; most feeds say what they speak."""
    code = "import sys, aggregator.normalise; sys.exit('lingua' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
