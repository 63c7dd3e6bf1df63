"""Make a picture of a page smaller: at most 256 colours, each pixel one byte (PNG, RFC 2083)."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TRUE_COLOUR, PALETTE = 2, 3
MOST = 256
EXACT = 48
"""So many colours stay as they are: those of surfaces and texts, not of the edges of letters."""


def shrink(png: bytes) -> bytes:
    """Give back the picture with a palette; one that is no 8-bit RGB picture stays as it is."""
    chunks = dict(_chunks(png))
    width, height, depth, kind = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    if (depth, kind) != (8, TRUE_COLOUR):
        return png
    rows = _rows(zlib.decompress(chunks[b"IDAT"]), height, 3 * width)
    pixels = [[tuple(row[at : at + 3]) for at in range(0, 3 * width, 3)] for row in rows]
    shown = _near(Counter(colour for row in pixels for colour in row))
    palette = sorted(set(shown.values()))
    place = {colour: palette.index(near) for colour, near in shown.items()}
    body = b"".join(b"\0" + bytes(place[colour] for colour in row) for row in pixels)
    return SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, PALETTE, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(map(bytes, palette))),
            _chunk(b"IDAT", zlib.compress(body, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks by name; those of one name together."""
    found: dict[bytes, bytes] = {}
    at = len(SIGNATURE)
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        found[name] = found.get(name, b"") + png[at + 8 : at + 8 + length]
        at += length + 12
    yield from found.items()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _rows(body: bytes, height: int, length: int) -> list[bytearray]:
    """The rows of samples, their filters undone (RFC 2083, 6)."""
    rows = []
    above = bytearray(length)
    for number in range(height):
        start = number * (length + 1)
        row = bytearray(body[start + 1 : start + 1 + length])
        _unfilter(body[start], row, above)
        rows.append(row)
        above = row
    return rows


def _unfilter(kind: int, row: bytearray, above: bytearray) -> None:
    for at, value in enumerate(row):
        left = row[at - 3] if at >= 3 else 0
        up = above[at]
        corner = above[at - 3] if at >= 3 else 0
        guess = (0, left, up, (left + up) // 2, _paeth(left, up, corner))[kind]
        row[at] = (value + guess) & 255


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))


def _near(colours: Counter[tuple[int, ...]]) -> dict[tuple[int, ...], tuple[int, ...]]:
    """A colour that is kept for each that is there: the frequent ones as they are, the others on a grid.

    The grid is as fine as leaves no more colours than the palette holds.
    """
    kept = {colour: colour for colour, _ in colours.most_common(EXACT)}
    step = 1
    while True:
        grid = {colour: tuple(min(255, round(one / step) * step) for one in colour) for colour in colours} | kept
        if len(set(grid.values())) <= MOST:
            return grid
        step += 1
