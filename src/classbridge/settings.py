"""The operator's settings: environment variables `CLASSBRIDGE_*` over a TOML file over defaults."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

PREFIX = "CLASSBRIDGE_"


class SettingsError(Exception):
    """A setting that is unknown or cannot be read; the message names it."""


class Settings(Struct, frozen=True, kw_only=True):
    """Everything an operator can set. One line of documentation each: `docs/settings.md` is made from it."""

    data_dir: Path = Path("data")
    """Where SQLite files and the generated secret key live."""
    database_url: str = ""
    """SQLAlchemy URL; empty: SQLite in the data directory. PostgreSQL: `postgresql+psycopg://…`."""
    jobs_database_url: str = ""
    """The job engine's database; empty: `jobs.sqlite` in the data directory, or the PostgreSQL database above."""
    secret_keys: tuple[str, ...] = ()
    """Fernet keys that seal secrets, newest first, comma separated; empty: a 0600 file made at first start."""
    host: str = "127.0.0.1"
    """The address that `serve` listens on."""
    port: int = 8300
    """The port that `serve` listens on."""
    public_url: str = ""
    """The address people reach classbridge at; empty: http://host:port. https turns Secure cookies on."""
    allowed_hosts: tuple[str, ...] = ()
    """Hosts (`name` or `name:port`) that may be reached by plain http or at a private address. Operators only."""
    sandbox_info: str = ""
    """A file that `classbridge sandbox up --info` wrote: admins connect its Classroom with one click."""
    default_language: str = "en"
    """The language for people whose browser asks for none that classbridge speaks: en or sv."""
    executor_id: str = "local"
    """The stable name of this worker; every worker of an installation needs its own."""
    sis_pauses: tuple[float, ...] = (2.0, 10.0, 30.0, 60.0, 120.0, 300.0)
    """Seconds to leave a SIS alone that does not answer, after each failure in a row; the last one repeats."""
    packages_dir: str = ""
    """A folder where SIS without an API put packages, `CONNECTION/in/*.zip`; grades go to `CONNECTION/out`."""
    smtp_url: str = ""
    """The mail server: smtps://name:password@host, smtp+starttls://… or smtp://…; empty: no e-mail is sent."""
    mail_from: str = ""
    """The address that e-mails come from; empty: no e-mail is sent."""
    keep_run_days: int = 400
    """Days that what became of each person and grade in a run, and requests to the SIS, are kept; 0: for ever."""
    keep_snapshot_days: int = 120
    """Days that what Classroom or a SIS said is kept without being read again; 0: for ever."""
    log_level: str = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""
    log_format: str = "auto"
    """console, json, or auto: json unless standard error is a terminal."""

    @property
    def app_url(self) -> str:
        """The application database's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'app.sqlite'}"

    @property
    def jobs_url(self) -> str:
        """The job engine's SQLAlchemy URL: on SQLite a file of its own, so that long writes stall no job."""
        if self.jobs_database_url:
            return self.jobs_database_url
        if self.app_url.startswith("sqlite"):
            return f"sqlite:///{self.data_dir.resolve() / 'jobs.sqlite'}"
        return self.app_url

    @property
    def base_url(self) -> str:
        """The address of the pages, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def load(environ: Mapping[str, str] = os.environ, file: Path | None = None) -> Settings:
    """Read the settings. `CLASSBRIDGE_CONFIG` names the TOML file when `file` does not.

    Raises `SettingsError` for an unknown name or a value of the wrong type.
    """
    named = environ.get(PREFIX + "CONFIG")
    path = file or (Path(named) if named else None)
    values: dict[str, Any] = _from_file(path) if path else {}
    for name, text in environ.items():
        if name.startswith(PREFIX) and name != PREFIX + "CONFIG":
            values[name.removeprefix(PREFIX).lower()] = text
    unknown = sorted(set(values) - set(Settings.__struct_fields__))
    if unknown:
        raise SettingsError(f"Unknown setting: {', '.join(unknown)}. See docs/settings.md for the list.")
    for name in ("secret_keys", "allowed_hosts", "sis_pauses"):
        if isinstance(values.get(name), str):
            values[name] = [part.strip() for part in values[name].split(",") if part.strip()]
    try:
        return msgspec.convert(values, Settings, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise SettingsError(f"A setting has the wrong form: {error}") from error


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error}") from error


def _decode(wanted: type, value: Any) -> Any:
    if wanted is Path:
        return Path(value)
    raise NotImplementedError(wanted)
