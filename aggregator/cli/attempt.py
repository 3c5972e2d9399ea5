"""``aggregator try``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from aggregator.cli.documents import document_json, document_text
from aggregator.cli.log import configure
from aggregator.cli.settings import settings_of
from aggregator.cli.show import plain, print_json
from aggregator.model import Blocked, Failed, Gone, Response
from aggregator.pipeline.rehearse import Rehearsal


@click.command()
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="Machine output.")
@click.pass_obj
def command(config: Path | None, url: str, as_json: bool) -> None:
    """Ask a live address once and show what the server said and what would be stored: new, known, duplicate.

    One polite request with our own name; nothing is stored. An address that is a configured feed is asked with its
    stored validators, so the answer may be "not modified".
    """
    from aggregator.service.attempt import attempt

    configure()
    result = asyncio.run(attempt(settings_of(config), url))
    if as_json:
        print_json(_json(result))
    else:
        click.echo("\n".join(plain(line) for line in _text(result)))
    if isinstance(result.meaning, Blocked | Failed | Gone):
        raise click.exceptions.Exit(1)


def _fates(result: Rehearsal) -> dict[int, str]:
    changes = result.verdict.changes if result.verdict else ()
    return {change.candidate.entry.position: str(change.outcome) for change in changes}


def _server(result: Rehearsal) -> dict[str, Any]:
    exchange = result.exchange
    kept = ("content-type", "etag", "last-modified", "cache-control", "retry-after", "server")
    headers: Mapping[str, str] = {}
    if isinstance(exchange, Response):
        headers = {name: value for name, value in exchange.headers if name in kept}
    return {
        "url": exchange.url,
        "status": exchange.status,
        "hops": [{"url": hop.url, "status": hop.status, "target": hop.target} for hop in exchange.hops],
        "bytes": exchange.wire_bytes,
        "seconds": (exchange.finished_at - exchange.started_at).total_seconds(),
        "sent": exchange.sent,
        "headers": headers,
        "meaning": type(result.meaning).__name__,
        "detail": getattr(result.meaning, "detail", None),
    }


def _json(result: Rehearsal) -> dict[str, Any]:
    found: dict[str, Any] = {"server": _server(result), "document": None, "changes": []}
    if result.document is not None:
        found["document"] = document_json(result.document)
    if result.verdict is not None:
        found["changes"] = [
            {
                "entry": change.candidate.entry.position,
                "title": change.candidate.entry.title,
                "outcome": str(change.outcome),
                "rule": change.reason.rule,
                "reason": change.reason.text,
            }
            for change in result.verdict.changes
        ]
    return found


def _text(result: Rehearsal) -> list[str]:
    server = _server(result)
    lines = [f"{hop['url']} → {hop['status']} → {hop['target']}" for hop in server["hops"]]
    lines.append(
        f"{server['url']} answered {server['status'] or 'nothing'} "
        f"({server['bytes']} bytes in {server['seconds']:.2f} s; validators sent: {server['sent']})"
    )
    lines += [f"  {name}: {value}" for name, value in server["headers"].items()]
    if server["detail"]:
        lines.append(server["detail"])
    if result.document is not None:
        lines += document_text(result.document, _fates(result))
    return lines
