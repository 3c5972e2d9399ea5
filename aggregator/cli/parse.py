"""``aggregator parse``."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click

from aggregator.cli.documents import document_json, document_text
from aggregator.cli.show import plain, print_json
from aggregator.errors import UnreadableError
from aggregator.model import Document, RawDocument, ReadContext
from aggregator.parse.judge import Doubt
from aggregator.parse.paths import differences, read_by_patient_path, read_by_rapid_path
from aggregator.reading import document_of, read_document, timeless


@click.command()
@click.argument("document", metavar="FILE|-", type=click.File("rb"))
@click.option("--url", help="The address it came from: the base of relative links.")
@click.option("--content-type", help="The Content-Type it was served with.")
@click.option(
    "--path",
    type=click.Choice(["auto", "rapid", "patient", "both"]),
    default="auto",
    show_default=True,
    help="Which reader: the rapid one for plain sound XML, the patient one for anything; both compares them.",
)
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(
    _config: Path | None, document: BinaryIO, url: str | None, content_type: str | None, path: str, as_json: bool
) -> None:
    """Put one document through parse and normalise; nothing is stored, nothing is fetched.

    With --path=rapid the exit status is 1 where the document is left to the patient reader, with --path=both where
    the readers differ in any field.
    """
    body, context = document.read(), timeless(url, content_type)
    try:
        if path == "both":
            _compare(body, context, as_json)
            return
        result = _read(body, context, path)
    except UnreadableError as refused:
        _refuse(refused.kind, refused.detail, as_json)
    if as_json:
        print_json(document_json(result))
    else:
        click.echo("\n".join(plain(line) for line in document_text(result)))


def _read(body: bytes, context: ReadContext, path: str) -> Document:
    if path == "auto":
        return read_document(body, context)
    raw = read_by_rapid_path(body, context) if path == "rapid" else read_by_patient_path(body, context)
    if isinstance(raw, Doubt):
        raise UnreadableError("left-to-patient", raw.reason)
    return document_of(raw, context)


def _compare(body: bytes, context: ReadContext, as_json: bool) -> None:
    rapid, patient = read_by_rapid_path(body, context), read_by_patient_path(body, context)
    found = differences(rapid, patient) if isinstance(rapid, RawDocument) else ()
    doubt = rapid.reason if isinstance(rapid, Doubt) else None
    if as_json:
        listed = [{"field": one.field, "rapid": one.rapid, "patient": one.patient} for one in found]
        print_json({"equal": not found, "entries": len(patient.entries), "doubt": doubt, "differences": listed})
    elif doubt is not None:
        click.echo(plain(f"left to the patient reader, {len(patient.entries)} entries: {doubt}"))
    else:
        lines = [f"{one.field}: rapid {one.rapid}, patient {one.patient}" for one in found]
        said = f"{len(found)} differences" if found else "equal in every field"
        click.echo("\n".join(plain(line) for line in (f"{len(patient.entries)} entries, {said}", *lines)))
    if found:
        raise click.exceptions.Exit(1)


def _refuse(kind: str, detail: str, as_json: bool) -> None:
    if as_json:
        print_json({"error": kind, "detail": detail})
    else:
        click.echo(f"not readable ({kind}): {plain(detail)}", err=True)
    raise click.exceptions.Exit(1) from None
