"""JSON schemas (OpenAPI 3.0) of the records that the provider serves, made from the model and `standard`."""

from typing import Any

import msgspec

from classbridge.oneroster.models import Record, Ref, Version, type_of
from classbridge.oneroster.provider.standard import EXTENSION, standard
from classbridge.oneroster.shape import Member, members, ref_types, written

Schema = dict[str, Any]

_ALWAYS = ("sourcedId", "status", "dateLastModified")
_PLAIN: dict[str, Schema] = {
    "text": {"type": "string"},
    "flag": {"type": "string", "enum": ["true", "false"]},
    "moment": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "number": {"type": "number"},
    "choice": {"type": "string", "enum": ["active", "tobedeleted"]},
    "open": {"type": "object", "additionalProperties": True},
}
_PROFILE: Schema = {
    "type": "object",
    "properties": {
        "profileId": {"type": "string", "format": "uri"},
        "profileType": {"type": "string"},
        "vendorId": {"type": "string"},
        "applicationId": {"type": "string"},
        "description": {"type": "string"},
        "credentials": {"type": "array", "items": {"$ref": "#/components/schemas/Credential"}},
    },
    "required": ["profileId", "profileType", "vendorId"],
    "additionalProperties": False,
}
_CREDENTIAL: Schema = {
    "type": "object",
    "properties": {"type": {"type": "string"}, "username": {"type": "string"}},
    "required": ["type", "username"],
    "additionalProperties": True,
}


class Schemas:
    """Collects the schemas of one document: what is asked for by name is added with all that it refers to."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.found: dict[str, Schema] = {}

    def record(self, entity: str) -> Schema:
        """A reference to the schema of an entity's record."""
        name = entity[0].upper() + entity[1:]
        if name not in self.found:
            self.found[name] = {}  # taken before its parts are made: an entity may refer to itself
            self.found[name] = self._record(entity)
        return reference(name)

    def _record(self, entity: str) -> Schema:
        struct = type_of[entity]
        properties = {
            member.name: self._member(member, entity, entity) for member in self._written(entity, struct)
        }
        if entity == "user" and self.version is Version.V1_1:
            properties |= {
                "role": self._text("user.role", "text"),
                "orgs": {"type": "array", "minItems": 1, "items": self._ref("org")},
            }
        return closed(properties, (*_ALWAYS, *standard(self.version).required[entity]))

    def _written(self, entity: str, struct: type[Record]) -> tuple[Member, ...]:
        return written(entity, struct, self.version)

    def _member(self, member: Member, owner: str, entity: str) -> Schema:
        path = f"{owner}.{member.name}"
        if member.kind == "list" and member.item:
            least = {"minItems": 1} if path in standard(self.version).filled else {}
            return {"type": "array", **least, "items": self._item(member.item, path, entity)}
        return self._item(member, path, entity)

    def _item(self, member: Member, path: str, entity: str) -> Schema:
        if path == "user.userProfiles":
            self.found |= {"UserProfile": _PROFILE, "Credential": _CREDENTIAL}
            return reference("UserProfile")
        if member.struct is Ref:
            return self._ref(ref_types.get(member.attribute, entity))
        if member.struct is not None:
            return self._part(member.struct)
        return self._text(path, member.kind)

    def _part(self, struct: type[msgspec.Struct]) -> Schema:
        name = struct.__name__
        if name not in self.found:
            owner = name[0].lower() + name[1:]
            properties = {member.name: self._member(member, owner, "") for member in members(struct)}
            needed = [member.name for member in members(struct) if member.required or member.name == "roleType"]
            self.found[name] = closed(properties, needed)
        return reference(name)

    def _ref(self, entity: str) -> Schema:
        name = f"{entity[0].upper()}{entity[1:]}Ref"
        self.found[name] = closed(
            {
                "href": {"type": "string", "format": "uri"},
                "sourcedId": {"type": "string"},
                "type": {"type": "string", "enum": [entity]},
            },
            ("href", "sourcedId", "type"),
        )
        return reference(name)

    def _text(self, path: str, kind: str) -> Schema:
        rules = standard(self.version)
        if path in rules.uris:
            return {"type": "string", "format": "uri"}
        words = rules.vocabularies.get(path)
        if words is None:
            return _PLAIN[kind]
        known = {"type": "string", "enum": list(words)}
        return known if path in rules.closed else {"anyOf": [known, {"type": "string", "pattern": EXTENSION}]}


def reference(name: str) -> Schema:
    """A reference to a schema of the same document."""
    return {"$ref": f"#/components/schemas/{name}"}


def closed(properties: dict[str, Schema], required: tuple[str, ...] | list[str]) -> Schema:
    """An object that holds these members and no others."""
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "properties": properties, **needed, "additionalProperties": False}
