"""A stream holds a page, whatever the length of the collection: read in a process that says its peak."""

import subprocess
import sys
from typing import Any

import pytest

from tests.oneroster.sis import served

PAGE = 1000
PROGRAM = """
import asyncio, sys
from classbridge.oneroster import BearerToken, Client, Enrollment, Options, Roots, Version

async def main():
    roots = Roots.of(sys.argv[1], Version.V1_2)
    count = 0
    async with Client(roots, Version.V1_2, BearerToken("any"), options=Options(page_limit=1000)) as sis:
        async for record in sis.iterate("enrollments", Enrollment):
            count += 1
    peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(count, peak)

asyncio.run(main())
"""


class Endless:
    """Enrolments by the number, made as they are asked for."""

    def __init__(self, count: int) -> None:
        self._count = count

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        query = dict(pair.split("=") for pair in scope["query_string"].decode().split("&"))
        start = int(query.get("offset", 0))
        rows = (_row(number) for number in range(start, min(start + PAGE, self._count)))
        headers = [(b"content-type", b"application/json"), (b"x-total-count", str(self._count).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"enrollments":[' + b",".join(rows) + b"]}"})


def _row(number: int) -> bytes:
    return (
        b'{"sourcedId":"enrollment-of-a-person-%d","status":"active","dateLastModified":"2026-09-01T12:00:00.000Z",'
        b'"role":"student","user":{"sourcedId":"user-%d","type":"user"},"class":{"sourcedId":"class-%d",'
        b'"type":"class"},"school":{"sourcedId":"school","type":"org"}}' % (number, number % 9973, number // 25)
    )


def peak(count: int) -> int:
    """The most memory that reading so many records takes, in kB."""
    with served(Endless(count)) as url:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, url], capture_output=True, text=True, timeout=600, check=True
        )
    read, kilobytes = map(int, done.stdout.split())
    assert read == count
    return kilobytes


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak is read from /proc")
@pytest.mark.parametrize(
    "count", [100_000, pytest.param(1_000_000, marks=[pytest.mark.exhaustive, pytest.mark.timeout(600)])]
)
def test_memory_does_not_grow_with_the_collection(count: int) -> None:
    # 40,000 records fill what is remembered to recognise repeated rows; 60,000 kept ones would take 60 MB more.
    assert peak(count) - peak(40_000) < 8_000
