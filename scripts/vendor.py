"""Copy the front-end files that the pages use, with their licences, from node_modules into the package.

Run `npm ci --ignore-scripts && .venv/bin/python scripts/vendor.py` after changing a version in package.json.
"""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE = ROOT / "node_modules"
VENDOR = ROOT / "src/classbridge/web/static/vendor"
AXE = ROOT / "tests/web/vendor"

COPIES = {
    "@tabler/core/dist/css/tabler.min.css": VENDOR / "tabler/tabler.min.css",
    "htmx.org/dist/htmx.min.js": VENDOR / "htmx/htmx.min.js",
    "htmx.org/LICENSE": VENDOR / "htmx/LICENSE",
    "@tabler/icons/LICENSE": VENDOR / "icons/LICENSE",
    "axe-core/axe.min.js": AXE / "axe.min.js",
    "axe-core/LICENSE": AXE / "LICENSE",
}

ICONS = [
    "alert-triangle",
    "arrow-left",
    "arrow-right",
    "ban",
    "building",
    "check",
    "chevron-down",
    "circle",
    "circle-check",
    "circle-off",
    "circle-x",
    "copy",
    "file-export",
    "file-import",
    "help-circle",
    "history",
    "hourglass",
    "info-circle",
    "key",
    "language",
    "link",
    "list-check",
    "list-details",
    "loader",
    "lock",
    "logout",
    "player-pause",
    "plug",
    "plug-connected",
    "plug-x",
    "plus",
    "point",
    "refresh",
    "school",
    "search",
    "shield-check",
    "user",
    "users",
    "x",
]

SHAPES = re.compile(r"<(?:path|circle|rect|line|polyline)\b[^>]*/>")
HEADING = re.compile(r"/\*!(.*?)\*/", re.DOTALL)


def copy_files() -> None:
    """Copy each file, dropping the pointer to a source map that is not shipped."""
    for source, target in COPIES.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(NODE / source, target)
        if target.suffix in {".js", ".css"}:
            text = target.read_text("utf-8")
            target.write_text(re.sub(r"\n?(//|/\*)# sourceMappingURL=\S+( \*/)?", "", text), "utf-8")


def write_tabler_licence() -> None:
    """Tabler's package has no licence file: take the copyright from its style sheet and the MIT terms beside."""
    css = (NODE / "@tabler/core/dist/css/tabler.css").read_text("utf-8")
    found = HEADING.search(css)
    if found is None:
        raise SystemExit("Tabler's style sheet names no licence any more: look at it by hand.")
    owners = [line.strip(" *") for line in found[1].splitlines() if "Copyright" in line]
    terms = (NODE / "@tabler/icons/LICENSE").read_text("utf-8").split("Permission is hereby", 1)[1]
    text = "MIT License\n\n" + "\n".join(owners) + "\n\nPermission is hereby" + terms
    (VENDOR / "tabler/LICENSE").write_text(text, "utf-8")


def write_sprite() -> None:
    """Gather the icons in use into one file, each a symbol."""
    symbols = []
    for name in sorted(set(ICONS)):
        svg = (NODE / f"@tabler/icons/icons/outline/{name}.svg").read_text("utf-8")
        shapes = [shape for shape in SHAPES.findall(svg) if 'd="M0 0h24v24H0z"' not in shape]
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(shapes)}</symbol>')
    sprite = '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    (VENDOR / "icons/icons.svg").write_text(sprite, "utf-8")


if __name__ == "__main__":
    copy_files()
    write_tabler_licence()
    write_sprite()
