"""The provider's own description as an OpenAPI 3.0 document, one for each service of a version.

Made from the table of operations, the model and `standard`. Statuses are those that the standard lists for an
operation and, beside them, those that this provider gives: 400, 413 and 415 for bodies it cannot take, 422 in 1.1.
"""

from typing import Any

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider.operations import Operation, table
from classbridge.oneroster.provider.options import Options
from classbridge.oneroster.provider.schemas import Schema, Schemas, closed, reference
from classbridge.oneroster.provider.standard import standard

SERVICES: dict[Version, tuple[str, ...]] = {
    Version.V1_1: ("",),
    Version.V1_2: ("rostering", "gradebook", "resources"),
}
"""The services that have a root, and so a document, of their own; 1.1 has one for all."""

_BODY_REFUSED = (400, 413, 415, 422)
_REASONS = {
    200: "Done.",
    201: "Stored.",
    204: "Deleted.",
    400: "The request cannot be read, or names a field that does not exist.",
    401: "No valid credentials came with the request.",
    403: "The credentials are not for this call.",
    404: "There is no such record.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "The body is JSON, but not what can be stored.",
    429: "Too many requests.",
    500: "The server failed.",
}
_PARAMETERS: dict[str, Schema] = {
    "limit": {"type": "integer", "minimum": 1, "default": 100},
    "offset": {"type": "integer", "minimum": 0, "default": 0},
    "sort": {"type": "string"},
    "orderBy": {"type": "string", "enum": ["asc", "desc"]},
    "filter": {"type": "string"},
    "fields": {"type": "array", "items": {"type": "string"}},
}
_PAGE_HEADERS = {
    "X-Total-Count": {"description": "How many records there are in all.", "schema": {"type": "integer"}},
    "Link": {"description": "The first, last, next and prev pages (RFC 8288).", "schema": {"type": "string"}},
}


def openapi_document(
    version: Version, service: str = "", *, root: str, token_url: str, options: Options | None = None
) -> dict[str, Any]:
    """Describe a service at the URL `root` (".../ims/oneroster/rostering/v1p2"), as far as `options` serve it.

    With `fields` an answer holds only the members that were asked for, though its schema requires more.
    """
    document = _Document(version, service, options or Options())
    paths = document.paths()
    return {
        "openapi": "3.0.3",
        "info": {"title": f"OneRoster {version} {service or 'service'}", "version": str(version)},
        "servers": [{"url": root}],
        "paths": paths,
        "components": {
            "parameters": {name: _parameter(name) for name in _PARAMETERS},
            "schemas": dict(sorted(document.schemas.found.items())),
            "securitySchemes": document.security_schemes(token_url),
        },
    }


def described(version: Version, service: str, options: Options) -> list[Operation]:
    """The operations of a document: those of the service that `options` do not leave out."""
    found = [one for one in table(version) if service in ("", one.service)]
    return [one for one in found if one.id not in options.unserved]


class _Document:
    def __init__(self, version: Version, service: str, options: Options) -> None:
        self.version = version
        self.options = options
        self.operations = described(version, service, options)
        self.schemas = Schemas(version)
        self._error = self._error_schema(service)

    def paths(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for operation in self.operations:
            found.setdefault(operation.path, {})[operation.method.lower()] = self._operation(operation)
        return found

    def security_schemes(self, token_url: str) -> dict[str, Any]:
        scopes = sorted({scope for operation in self.operations for scope in operation.scopes})
        flow = {"tokenUrl": token_url, "scopes": {scope: scope.rsplit("/", 1)[-1] for scope in scopes}}
        schemes: dict[str, Any] = {"OAuth2CC": {"type": "oauth2", "flows": {"clientCredentials": flow}}}
        if self.version is Version.V1_1:
            schemes["OAuth1"] = {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "OAuth 1.0a, two-legged, HMAC-SHA1 or HMAC-SHA256.",
            }
        return schemes

    def _operation(self, operation: Operation) -> dict[str, Any]:
        names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
        path = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
            for name in names
        ]
        query = [{"$ref": f"#/components/parameters/{name}"} for name in operation.query]
        body = {"requestBody": self._request_body(operation)} if operation.taken else {}
        security: list[dict[str, list[str]]] = [{"OAuth2CC": [scope]} for scope in sorted(operation.scopes)]
        return {
            "operationId": operation.id,
            "tags": [operation.service],
            "parameters": path + query,
            **body,
            "security": security + ([{"OAuth1": []}] if self.version is Version.V1_1 else []),
            "responses": self._responses(operation),
        }

    def _request_body(self, operation: Operation) -> dict[str, Any]:
        schema = self._envelope(operation.taken, operation, many=operation.method == "POST")
        return {"required": True, **_json(schema)}

    def _responses(self, operation: Operation) -> dict[str, Any]:
        refused = {*operation.errors, *(_BODY_REFUSED if operation.taken else ())}
        done = {*operation.success} | (
            {self.options.updated(self.version)} if operation.method == "PUT" else set()
        )
        answers = {status: self._answer(operation, status) for status in done}
        answers |= {status: {"description": _REASONS[status], **_json(self._error)} for status in refused}
        return {str(status): answers[status] for status in sorted(answers)}

    def _answer(self, operation: Operation, status: int) -> dict[str, Any]:
        answer: dict[str, Any] = {"description": _REASONS[status]}
        if operation.paged:
            answer["headers"] = _PAGE_HEADERS
        if operation.method == "POST":
            return answer | _json(self._pairs(operation.envelope))
        return answer | (
            _json(self._envelope(operation.envelope, operation, many=operation.paged))
            if operation.envelope
            else {}
        )

    def _envelope(self, name: str, operation: Operation, *, many: bool) -> Schema:
        record = self.schemas.record(operation.entity)
        member = {"type": "array", "items": record} if many else record
        warnings = operation.method == "GET" and self.version is Version.V1_1
        beside = {"statusInfoSet": self._error["properties"]["statusInfoSet"]} if warnings else {}
        return closed({name: member, **beside}, [name])

    def _pairs(self, name: str) -> Schema:
        ids: dict[str, Schema] = {
            "suppliedSourcedId": {"type": "string"},
            "allocatedSourcedId": {"type": "string"},
        }
        return closed({name: {"type": "array", "items": closed(ids, list(ids))}}, [name])

    def _error_schema(self, service: str) -> Schema:
        codes = {"type": "string", "enum": list(standard(self.version).minor_codes[service])}
        major = {"type": "string", "enum": ["success", "processing", "failure", "unsupported"]}
        severity = {"type": "string", "enum": ["status", "warning", "error"]}
        words: dict[str, Schema] = {
            "imsx_codeMajor": major,
            "imsx_severity": severity,
            "imsx_description": {"type": "string"},
        }
        needed = ["imsx_codeMajor", "imsx_severity"]
        if self.version is Version.V1_1:
            self.schemas.found["StatusInfo"] = closed({**words, "imsx_codeMinor": codes}, needed)
            return closed(
                {"statusInfoSet": {"type": "array", "items": reference("StatusInfo")}}, ["statusInfoSet"]
            )
        field: dict[str, Schema] = {
            "imsx_codeMinorFieldName": {"type": "string"},
            "imsx_codeMinorFieldValue": codes,
        }
        fields = {"type": "array", "minItems": 1, "items": closed(field, list(field))}
        minor = closed({"imsx_codeMinorField": fields}, ["imsx_codeMinorField"])
        self.schemas.found["imsx_StatusInfo"] = closed({**words, "imsx_CodeMinor": minor}, needed)
        return reference("imsx_StatusInfo")


def _parameter(name: str) -> dict[str, Any]:
    # A list is one parameter with commas, not one parameter for each item.
    style = {"style": "form", "explode": False} if name == "fields" else {}
    return {"name": name, "in": "query", "required": False, **style, "schema": _PARAMETERS[name]}


def _json(schema: Schema) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}
