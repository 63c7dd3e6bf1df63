"""A throw-away PostgreSQL for tests: a cluster of its own in a temporary directory, gone at the end."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.ports import free_port

MISSING = "PostgreSQL's server programs are not installed"
SERVER_ACCOUNT = "postgres"


def binaries() -> Path | None:
    """The newest installed server's programs."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


class Cluster:
    """A running cluster, reached by loopback and by a socket in its own directory."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.port = port

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://{SERVER_ACCOUNT}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database; its SQLAlchemy URL."""
        name = f"t{uuid4().hex[:12]}"
        with psycopg.connect(self.url("postgres").replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a cluster and stop it at the end; skips the test where the programs are missing."""
    programs = binaries()
    if programs is None:
        pytest.skip(MISSING)
    # A socket's path has about 100 characters at most, so pytest's own directories are too long.
    home = Path(tempfile.mkdtemp(prefix="cbpg"))
    try:
        if os.geteuid() == 0:
            shutil.chown(home, SERVER_ACCOUNT)
        _run(
            [
                str(programs / "initdb"),
                "-D",
                f"{home}/data",
                "-U",
                SERVER_ACCOUNT,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "-N",
            ]
        )
        made = Cluster(home, free_port())
        _start(programs, made)
        try:
            yield made
        finally:
            _stop(programs, home)
    finally:
        shutil.rmtree(home)


def _start(programs: Path, made: Cluster) -> None:
    options = (
        f"-k {made.home} -h 127.0.0.1 -p {made.port} -c fsync=off -c synchronous_commit=off "
        "-c full_page_writes=off -c max_connections=200"
    )
    log = f"{made.home}/log"
    _run([str(programs / "pg_ctl"), "-D", f"{made.home}/data", "-l", log, "-w", "-o", options, "start"])


def _stop(programs: Path, home: Path) -> None:
    """`pg_ctl` stops the server whose pid stands in this directory, and waits for its end."""
    _run([str(programs / "pg_ctl"), "-D", f"{home}/data", "-m", "immediate", "-w", "stop"])


def _run(command: list[str]) -> None:
    """PostgreSQL refuses to run as root: there it gets the account that Debian made for it."""
    prefix = ["runuser", "-u", SERVER_ACCOUNT, "--"] if os.geteuid() == 0 else []
    subprocess.run(prefix + command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
