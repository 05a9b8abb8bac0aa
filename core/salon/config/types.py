"""The type of a setting in words, from its JSON schema."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_NOUNS = {
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "null": "nothing",
}
_FORMATS = {
    "password": "text, a secret",
    "path": "path",
    "file-path": "path of a file",
    "directory-path": "path of a folder",
    "date": "date",
    "date-time": "date and time",
    "duration": "duration",
    "uri": "address",
}
_BOUNDS = (
    ("minimum", "maximum", ""),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " entries"),
)


def type_in_words(schema: Schema) -> str:
    """Return `whole number, 1 to 65,535`."""
    return ", ".join([_noun(schema, schema.get("$defs", {})), *_bounds(schema)])


def _bounds(schema: Schema) -> Iterator[str]:
    for lowest, highest, unit in _BOUNDS:
        match schema.get(lowest), schema.get(highest):
            case None, None:
                pass
            case low, None:
                yield f"at least {low:,}{unit}"
            case None, high:
                yield f"at most {high:,}{unit}"
            case low, high:
                yield f"{low:,} to {high:,}{unit}"
    if "exclusiveMinimum" in schema:
        yield f"more than {schema['exclusiveMinimum']:,}"
    if "exclusiveMaximum" in schema:
        yield f"less than {schema['exclusiveMaximum']:,}"


def _noun(schema: Schema, definitions: Schema) -> str:
    if "$ref" in schema:
        return _noun(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema:
        kinds = (type_in_words({**member, "$defs": definitions}) for member in schema["anyOf"])
        return " or ".join(dict.fromkeys(kinds))
    match schema.get("type"):
        case "array":
            return f"list of {_inner(schema.get('items', {}), definitions)}"
        case "object" if "properties" in schema:
            return "settings"
        case "object":
            return f"names, each with {_inner(schema.get('additionalProperties', {}), definitions)}"
        case kind:
            return _FORMATS.get(schema.get("format", ""), _NOUNS.get(str(kind), "anything"))


def _inner(schema: object, definitions: Schema) -> str:
    if not isinstance(schema, Mapping) or not schema:
        return "anything"
    return type_in_words({**schema, "$defs": definitions})
