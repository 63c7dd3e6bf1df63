import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from classbridge.jobs.portal import Portal


async def where(_: int = 0) -> tuple[str, int]:
    return threading.current_thread().name, id(asyncio.get_running_loop())


def test_calls_from_many_threads_run_on_one_loop_and_side_by_side() -> None:
    everyone = asyncio.Event()
    present: list[int] = []

    async def meet(number: int) -> tuple[str, int]:
        present.append(number)
        if len(present) == 4:
            everyone.set()
        await everyone.wait()
        return await where()

    portal = Portal()
    with ThreadPoolExecutor(4) as threads:
        places = list(threads.map(lambda number: portal.call(meet, number), range(4)))
    portal.close()
    assert len(set(places)) == 1
    assert places[0][0] != threading.current_thread().name


def test_an_error_comes_out_as_it_is() -> None:
    async def fail() -> None:
        raise KeyError("x")

    portal = Portal()
    with pytest.raises(KeyError):
        portal.call(fail)
    portal.close()


def test_closing_ends_the_thread_and_the_next_call_starts_another() -> None:
    before = threading.active_count()
    portal = Portal()
    portal.close()
    portal.call(where)
    portal.close()
    assert threading.active_count() == before
    assert portal.call(where)
    portal.close()
