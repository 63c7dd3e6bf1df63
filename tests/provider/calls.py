"""A real call for each operation of the standard's tables, on the golden records."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import msgspec
from tests.provider.conftest import SAMPLES

from classbridge.oneroster.models import Version

IDS = {
    "academicSessions": "as-t-1",
    "terms": "as-t-1",
    "gradingPeriods": "as-g-1",
    "orgs": "org-s-1",
    "schools": "org-s-1",
    "courses": "crs-math-9",
    "classes": "cls-math-9-a",
    "users": "usr-s-1",
    "students": "usr-s-1",
    "teachers": "usr-t-1",
    "enrollments": "enr-1",
    "demographics": "usr-s-1",
    "resources": "rsc-1",
    "categories": "cat-hw",
    "lineItems": "li-1",
    "results": "res-1",
    "scoreScales": "ss-1",
    "assessmentLineItems": "ali-1",
    "assessmentResults": "ar-1",
}
NEW = "new-1"


class Row(msgspec.Struct, frozen=True, rename="camel"):
    """One line of the standard's table, as it is written there."""

    operation_id: str
    method: str
    path: str
    base_path: str
    service: str
    success: Any
    response_envelope: str | None
    request_envelope: str | None
    query: tuple[str, ...]
    errors: tuple[int, ...] = ()
    version: Version = Version.V1_2

    @property
    def name(self) -> str:
        return f"{self.version} {self.operation_id}"

    @property
    def address(self) -> str:
        """The address on the golden records; a PUT writes a record that is not there yet."""
        segments = self.path.strip("/").split("/")
        for place in range(1, len(segments), 2):
            segments[place] = IDS[segments[place - 1]]
        if self.method == "PUT":
            segments[-1] = NEW
        return "/".join((self.base_path, *segments))

    @property
    def body(self) -> Mapping[str, Any] | None:
        """A golden record under a new sourcedId, in the request's envelope."""
        if self.request_envelope is None:
            return None
        folder = SAMPLES.with_name(f"json-{self.version}")
        sample: dict[str, Any] = msgspec.json.decode(folder.joinpath(f"{self.request_envelope}.json").read_bytes())
        if self.method == "PUT":
            sample[self.request_envelope]["sourcedId"] = NEW
        if self.path.startswith("/lineItems/") and self.method == "POST":
            results = sample["results"]
            sample["results"] = [one for one in results if one["lineItem"]["sourcedId"] == IDS["lineItems"]]
        return sample


def rows(version: Version) -> list[Row]:
    raw = files("classbridge.oneroster.provider").joinpath("data", f"operations-{version}.json").read_bytes()
    found = msgspec.json.decode(raw)["operations"]
    return [msgspec.convert({**row, "version": version}, Row) for row in found]


EVERY = [row for version in Version for row in rows(version)]
