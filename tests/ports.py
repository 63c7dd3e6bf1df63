"""Ports for processes that must be told theirs.

They lie below the range that the system gives out for port 0 and for outgoing connections, so that nothing else
which a busy test run opens can take one between its choice and its use.
"""

import os
import random
import socket
from contextlib import ExitStack

HOST = "127.0.0.1"
FIRST, LAST = 10_000, 32_000

_random = random.Random(os.urandom(16))


def free_port(run: int = 1) -> int:
    """The first of `run` ports in a row that nothing listens on."""
    while not _are_free(first := _random.randrange(FIRST, LAST - run), run):
        pass
    return first


def _are_free(first: int, run: int) -> bool:
    with ExitStack() as stack:
        for port in range(first, first + run):
            probe = stack.enter_context(socket.socket())
            try:
                probe.bind((HOST, port))
            except OSError:
                return False
    return True
