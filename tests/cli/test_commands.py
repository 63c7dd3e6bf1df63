import json
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from classbridge.cli import COMMANDS, main
from classbridge.cli.bench import NAMES, bulk, codec
from classbridge.cli.bench.figure import Figure
from tests.cli.conftest import Installation


def commands() -> Iterator[tuple[str, ...]]:
    """Every command with the groups before it."""
    yield ()
    context = click.Context(main)
    for name in main.list_commands(context):
        yield (name,)
        command = main.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ((name, inner) for inner in command.commands)


@pytest.mark.parametrize("names", list(commands()), ids=" ".join)
def test_every_command_tells_its_help(names: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(main, [*names, "--help"])
    assert answer.exit_code == 0
    assert answer.output.startswith("Usage:")


@pytest.mark.parametrize("names", [names for names in commands() if names], ids=" ".join)
def test_every_option_has_a_word_of_help_or_shows_its_values(names: tuple[str, ...]) -> None:
    command: click.Command = main
    for name in names:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help or option.show_default, f"{' '.join(names)} {option.name}"


def test_the_installed_command_lists_every_command(fresh: Installation) -> None:
    answer = fresh.ok("--help")
    assert all(f"\n  {name} " in answer.out for name in COMMANDS)
    assert fresh.ok("--version").out.startswith("classbridge, version ")


def test_an_unknown_command_is_wrong_usage(fresh: Installation) -> None:
    assert fresh.run("no-such-command").code == 2


def test_every_sis_is_listed_and_shown() -> None:
    listed = json.loads(CliRunner().invoke(main, ["sis", "list", "--json"]).output)
    assert {"generic", "infinite-campus", "skyward-sms"} <= {one["vendor"] for one in listed}
    for one in listed:
        shown = CliRunner().invoke(main, ["sis", "show", one["vendor"]])
        assert one["name"] in shown.output
        assert "1. " in shown.output
    swedish = CliRunner().invoke(main, ["sis", "show", "generic", "--language", "sv", "--json"])
    english = CliRunner().invoke(main, ["sis", "show", "generic", "--json"])
    assert json.loads(swedish.output)["guide"] != json.loads(english.output)["guide"]
    assert CliRunner().invoke(main, ["sis", "show", "no-such-sis"]).exit_code == 2


def test_a_benchmark_gives_its_figure_its_floor_and_their_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "ROWS", 2_000)
    monkeypatch.setattr(codec, "RECORDS", 500)
    answer = CliRunner().invoke(main, ["bench", "bulk", "codec", "--json"])
    found = json.loads(answer.stdout)["benchmarks"]
    assert [one["name"] for one in found] == ["bulk", "codec"]
    for one in found:
        assert one["figure"] > 0
        assert one["floor"] > 0
        assert one["ratio"] == pytest.approx(one["figure"] / one["floor"], abs=0.01)


def test_a_ratio_is_the_figure_in_parts_of_its_floor() -> None:
    made = Figure(name="x", what="things", unit="things/s", figure=250, floor=1000, floor_is="the machine")
    assert made.ratio == 0.25
    assert made.line() == "x: things: 250 things/s; floor 1,000 (the machine); ratio 0.25"


def test_a_benchmark_that_does_not_exist_is_wrong_usage() -> None:
    answer = CliRunner().invoke(main, ["bench", "no-such-benchmark"])
    assert answer.exit_code == 2
    assert all(name in answer.output for name in NAMES)
