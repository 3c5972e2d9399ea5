"""``aggregator parse``."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click

from aggregator.cli.documents import document_json, document_text
from aggregator.cli.show import plain, print_json
from aggregator.errors import UnreadableError
from aggregator.reading import parse_document


@click.command()
@click.argument("document", metavar="FILE|-", type=click.File("rb"))
@click.option("--url", help="The address it came from: the base of relative links.")
@click.option("--content-type", help="The Content-Type it was served with.")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(_config: Path | None, document: BinaryIO, url: str | None, content_type: str | None, as_json: bool) -> None:
    """Put one document through parse and normalise; nothing is stored, nothing is fetched."""
    try:
        result = parse_document(document.read(), url=url, content_type=content_type)
    except UnreadableError as refused:
        if as_json:
            print_json({"error": refused.kind, "detail": refused.detail})
        else:
            click.echo(f"not readable ({refused.kind}): {plain(refused.detail)}", err=True)
        raise click.exceptions.Exit(1) from None
    if as_json:
        print_json(document_json(result))
    else:
        click.echo("\n".join(plain(line) for line in document_text(result)))
