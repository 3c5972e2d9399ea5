"""The law of the house: sizes, words, clocks and doors. Import rules are in ``.importlinter``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "aggregator").rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 300, 40
DOORS_WITH_CLOCK = {"wiring.py", "service.py", "opening.py"}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, methods and inner ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or 0) - first.lineno + 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_keeps_the_law(path: Path) -> None:
    """No file over 300 lines, no function over 40, every public thing has a docstring, no drawer for anything."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE
    assert path.stem not in FORBIDDEN_NAMES
    tree = ast.parse(text)
    assert ast.get_docstring(tree) or not text.strip()
    for node in functions(tree):
        assert body_lines(node) <= LONGEST_FUNCTION, f"{node.name} is too long"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_time_is_an_argument(path: Path) -> None:
    """Nobody but the doors reads the clock or throws dice."""
    if path.name in DOORS_WITH_CLOCK:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert not names & {"datetime.now", "datetime.utcnow", "time.time", "date.today", "random.random"}
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert "random" not in imported
