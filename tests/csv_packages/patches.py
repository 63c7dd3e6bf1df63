"""The negative cases: golden packages spoilt by one change each (`samples/csv-negative-cases.json`)."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.csv_packages.conftest import SAMPLES, zipped

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in json.loads((SAMPLES / "csv-negative-cases.json").read_text())["cases"]
}


def spoilt(case: dict[str, Any], folder: Path) -> Path:
    """Copy the case's base package and change it; the path is a zip where the change is the zip's."""
    base = Path(case["base"]).name
    path = Path(shutil.copytree(SAMPLES / base, folder / base))
    change = case["change"]
    if "zipPrefix" in change:
        return zipped(path, change["zipPrefix"])
    if "removeFile" in change:
        (path / change["removeFile"]).unlink()
        return path
    file = path / change["file"]
    file.write_bytes(_changed(file.read_bytes().decode(), change))
    return path


def _changed(text: str, change: dict[str, Any]) -> bytes:
    if change.get("keepHeaderOnly"):
        text = text[: text.index("\n") + 1]
    elif "appendLine" in change:
        text += change["appendLine"] + "\r\n"
    elif "encode" in change:
        return text.encode("latin-1", errors="replace")
    else:
        assert change["find"] in text
        text = text.replace(change["find"], change["replace"], 1)
    return text.encode()
