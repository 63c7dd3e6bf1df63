"""The methods of the Classroom API that the stand-in offers, and how a request finds its method."""

from collections.abc import Callable
from importlib.resources import files
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from classbridge.sandbox.classroom import courses, grading, people, work
from classbridge.sandbox.classroom.call import Call
from classbridge.sandbox.classroom.errors import Json
from classbridge.sandbox.classroom.scopes import PREFIX

_RUN: dict[str, Callable[[Call], Json]] = {
    "courses.list": courses.list_courses,
    "courses.create": courses.create_course,
    "courses.get": courses.get_course,
    "courses.patch": courses.patch_course,
    "courses.update": courses.update_course,
    "courses.delete": courses.delete_course,
    "courses.aliases.list": courses.list_aliases,
    "courses.aliases.create": courses.create_alias,
    "courses.aliases.delete": courses.delete_alias,
    "courses.getGradingPeriodSettings": grading.get_settings,
    "courses.updateGradingPeriodSettings": grading.update_settings,
    "courses.teachers.list": people.list_members,
    "courses.teachers.create": people.create_member,
    "courses.teachers.get": people.get_member,
    "courses.teachers.delete": people.delete_member,
    "courses.students.list": people.list_members,
    "courses.students.create": people.create_member,
    "courses.students.get": people.get_member,
    "courses.students.delete": people.delete_member,
    "invitations.list": people.list_invitations,
    "invitations.create": people.create_invitation,
    "invitations.get": people.get_invitation,
    "invitations.delete": people.delete_invitation,
    "invitations.accept": people.accept_invitation,
    "courses.courseWork.list": work.list_work,
    "courses.courseWork.create": work.create_work,
    "courses.courseWork.get": work.get_work,
    "courses.courseWork.patch": work.patch_work,
    "courses.courseWork.delete": work.delete_work,
    "courses.courseWork.studentSubmissions.list": work.list_submissions,
    "courses.courseWork.studentSubmissions.get": work.get_submission,
    "courses.courseWork.studentSubmissions.patch": work.patch_submission,
    "courses.courseWork.studentSubmissions.return": work.return_submission,
    "courses.courseWork.studentSubmissions.turnIn": work.turn_in,
    "courses.courseWork.studentSubmissions.reclaim": work.reclaim,
    "userProfiles.get": people.get_profile,
}


class Method(Struct, frozen=True, kw_only=True):
    """A method: its place, the scopes any one of which it needs, and what it takes (`body` names a resource)."""

    id: str
    http: str
    path: str
    scopes: tuple[str, ...]
    query: tuple[str, ...] = ()
    body: str = ""

    def allows(self, granted: frozenset[str]) -> bool:
        """Whether the scopes of an access token are enough."""
        return any(PREFIX + scope in granted for scope in self.scopes)

    def run(self, call: Call) -> Json:
        """Answer a call."""
        return _RUN[self.id](call)


class _Table(Struct, frozen=True):
    methods: tuple[Method, ...]
    bodies: dict[str, dict[str, str]]


_TABLE = msgspec.toml.decode(files(__package__).joinpath("methods.toml").read_bytes(), type=_Table)
METHODS = _TABLE.methods
BODIES: dict[str, dict[str, str]] = _TABLE.bodies | {"": {}}
"""The members that the bodies may have, with their JSON types; "" is a method without a body."""


def find(http: str, raw_path: str) -> tuple[Method, dict[str, str]] | None:
    """The method of a request and what its path says; ids may hold encoded slashes."""
    segments = [unquote(segment) for segment in raw_path.strip("/").split("/")]
    for method in METHODS:
        if method.http == http:
            values = _match(method.path.split("/"), segments)
            if values is not None:
                return method, values
    return None


def _match(template: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(template) != len(segments):
        return None
    values = {}
    for expected, given in zip(template, segments, strict=True):
        if not expected.startswith("{"):
            if expected != given:
                return None
            continue
        name, _, verb = expected[1:].partition("}")
        if not given.endswith(verb) or given == verb:
            return None
        values[name] = given.removesuffix(verb)
    return values
