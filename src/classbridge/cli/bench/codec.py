"""Records a second through the OneRoster codec, beside msgspec on the same JSON without any model."""

from collections.abc import Callable
from datetime import date
from itertools import islice
from time import perf_counter

import msgspec

from classbridge.cli.bench.figure import Figure
from classbridge.oneroster.codec import decode, encode
from classbridge.oneroster.models import Version, type_of
from classbridge.sandbox.district import District

RECORDS = 20_000
ROUNDS = 3


def measure() -> Figure:
    """Decode and encode a made-up district's records in OneRoster 1.2; the best of three rounds each."""
    made_up = District.make(students=2000, seed=1, today=date(2026, 11, 23))
    entity_of = {struct: entity for entity, struct in type_of.items()}
    records = list(islice(made_up.records(), RECORDS))
    wire = [(entity_of[type(record)], encode(record, Version.V1_2)) for record in records]

    def ours() -> None:
        for entity, raw in wire:
            encode(decode(entity, raw, Version.V1_2), Version.V1_2)

    def bare() -> None:
        for _, raw in wire:
            msgspec.json.encode(msgspec.json.decode(raw))

    def decoding() -> None:
        for entity, raw in wire:
            decode(entity, raw, Version.V1_2)

    return Figure(
        name="codec",
        what="records decoded and encoded again",
        unit="records/s",
        figure=_speed(ours, len(wire)),
        floor=_speed(bare, len(wire)),
        floor_is="msgspec to plain values and back",
        more={"decoded only records/s": _speed(decoding, len(wire))},
    )


def _speed(work: Callable[[], None], count: int) -> int:
    times = []
    for _ in range(ROUNDS):
        began = perf_counter()
        work()
        times.append(perf_counter() - began)
    return round(count / min(times))
