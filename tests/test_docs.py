"""The guide keeps up with the program: every command, option, setting, status and route stands in it."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from aggregator.cli import COMMANDS, root
from aggregator.model import FeedStatus, Outcome
from aggregator.settings import shapes

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "operators-guide.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROSE = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands() -> list[tuple[str, click.Command]]:
    """Every command with its words, those of groups too."""
    found: list[tuple[str, click.Command]] = []
    context = click.Context(root)
    for name in COMMANDS:
        command = root.get_command(context, name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {inner}", one) for inner, one in command.commands.items()]
    return found


def test_every_command_is_in_the_guide() -> None:
    """A command that the guide does not name does not exist for operators."""
    table = GUIDE[GUIDE.index("## Commands") :]
    for words, _ in commands():
        group, _, inner = words.partition(" ")
        assert re.search(rf"\b{group}\b", table), words
        assert not inner or re.search(rf"\b{inner}\b", table), words


@pytest.mark.parametrize(("words", "command"), commands(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_option_explains_itself(words: str, command: click.Command) -> None:
    """Each command has a help text, each option too, and lists and reports have --json."""
    assert command.help, words
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help or parameter.show_default, f"{words} {parameter.name}"


def test_every_setting_is_in_the_guide() -> None:
    """Each key of both files, as the validator knows them."""
    for shape in vars(shapes).values():
        for key in getattr(shape, "model_fields", {}):
            assert f"`{key}`" in GUIDE or re.search(rf"`\[\w+\] {key}`|`{key}`|, `{key}`| {key}`", GUIDE), key


def test_every_status_and_outcome_is_in_the_guide() -> None:
    """Words that `feeds list` and `entries` print are explained."""
    for word in (*FeedStatus, *Outcome):
        assert f"`{word}`" in GUIDE, word


def test_the_first_screen_of_the_readme() -> None:
    """One sentence, the two commands, a configuration snippet, a picture that exists."""
    screen = README[:1800]
    assert "make run" in screen
    assert "make test" in screen
    assert "```toml" in screen
    picture = re.search(r"!\[[^]]+\]\(([^)]+)\)", screen)
    assert picture
    assert (ROOT / picture.group(1)).is_file()


def test_the_readme_snippet_is_a_right_configuration(tmp_path: Path) -> None:
    """What the README shows can be copied."""
    from aggregator.settings import read_settings

    snippet = README.split("```toml")[1].split("```")[0]
    settings = read_settings("", tmp_path / "aggregator.toml", snippet, tmp_path / "feeds.toml")
    assert [source.id for source in settings.feeds] == ["knowsley-news"]


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """No dead relative link in the documents."""
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target
