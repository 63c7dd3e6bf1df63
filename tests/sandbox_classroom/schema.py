"""Google's discovery document as JSON Schema."""

from typing import Any

from jsonschema import Draft202012Validator


def _converted(schema: Any) -> Any:
    """A discovery schema with references resolved to `$defs`, and closed: unknown members are errors."""
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    kept = {name: schema[name] for name in ("type", "enum", "format") if name in schema}
    if schema.get("type") == "array":
        kept["items"] = _converted(schema["items"])
    if schema.get("type") == "object":
        kept["properties"] = {name: _converted(member) for name, member in schema.get("properties", {}).items()}
        more = schema.get("additionalProperties")
        kept["additionalProperties"] = _converted(more) if more else False
    return kept


def validator(document: dict[str, Any], name: str) -> Any:
    """What checks answers of that schema's name."""
    definitions = {key: _converted(schema) for key, schema in document["schemas"].items()}
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions})


def methods(resource: dict[str, Any], prefix: str = "") -> dict[str, dict[str, Any]]:
    """Every method of the document by its dotted name."""
    found = {prefix + name: method for name, method in resource.get("methods", {}).items()}
    for name, inner in resource.get("resources", {}).items():
        found |= methods(inner, f"{prefix}{name}.")
    return found
