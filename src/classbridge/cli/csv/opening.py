"""Packages that a command is given."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from classbridge.oneroster.csv.finding import RULES, Finding
from classbridge.oneroster.csv.package import Package, PackageError

_PROGRESS_EVERY = 250_000


def package_argument(name: str) -> Callable[[Any], Any]:
    """An argument that is a package: a folder or a zip that exists."""
    return click.argument(name, type=click.Path(exists=True, path_type=Path))


package_path = package_argument("path")
"""The one package of a command."""


class NewPath(click.Path):
    """A path where there is nothing yet, in a folder that exists."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or wrong usage."""
        path = Path(value)
        if path.exists():
            self.fail(f"There is already something at {path}.", param, ctx)
        if not path.absolute().parent.is_dir():
            self.fail(f"There is no folder {path.parent}.", param, ctx)
        return path


@contextmanager
def opened(path: Path, *, refusal: type[click.ClickException] = click.ClickException) -> Iterator[Package]:
    """Open a package; what it is refused for, then or while it is read, ends the command with `refusal`.

    So does an error of the file system inside the block.
    """
    try:
        with Package.open(path) as package:
            yield package
    except OSError as error:
        raise refusal(f"{error.filename or path}: {error.strerror}.") from None
    except PackageError as error:
        raise refusal("\n".join(map(words_of, error.findings))) from None


def words_of(finding: Finding) -> str:
    """A finding in words: where, what the rule is, and what to do."""
    rule = RULES[finding.rule]
    place = f"{finding.place}: " if finding.place else ""
    return f"{place}{rule.text} {finding.detail} What to do: {rule.fix}".replace("  ", " ")


class Progress:
    """A line on standard error now and then, while a long file is read; rows come in batches of any size."""

    def __init__(self) -> None:
        self._said = 0

    def __call__(self, file: str, rows: int) -> None:
        """Take note of how many rows of a file have been read."""
        steps = rows // _PROGRESS_EVERY
        if steps > self._said:
            click.echo(f"{file}: {rows:,} rows ...", err=True)
        self._said = steps
