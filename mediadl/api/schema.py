"""What the OpenAPI document says about every operation alike: errors, and the specification's examples."""

import re
from importlib import resources
from typing import Any

import orjson

from mediadl.api.errors import ErrorCode

_METHODS = {"get", "post", "put", "patch", "delete"}

_PATH_PARAMETER = re.compile(r"{[^}]+}")

_ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["detail", "error_code", "timestamp", "request_id"],
    "properties": {
        "detail": {"type": "string", "description": "The cause and the next step, for a person."},
        "error_code": {"$ref": "#/components/schemas/ErrorCode"},
        "timestamp": {"type": "string", "format": "date-time", "description": "UTC, with milliseconds."},
        "request_id": {"type": "string", "format": "uuid", "description": "Also the header X-Request-ID."},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
            "description": "With 422: the messages for each field or parameter.",
        },
        "existing_id": {"description": "With DUPLICATE: what is there already.", "type": ["integer", "string"]},
    },
}
_ERROR_EXAMPLE = {
    "detail": "Error message",
    "error_code": ErrorCode.NOT_FOUND.value,
    "timestamp": "2025-10-13T15:45:23.456Z",
    "request_id": "6f1c2a6e-1f0b-4a53-9a6a-0c7d1f2b3e4d",
}
_ERRORS = {
    "401": "Nobody is signed in, or the token is no longer valid.",
    "403": "The role, or the token's scope, is too low.",
    "422": "A parameter or field is unknown, missing, or has a wrong type or value.",
    "429": "The hour's requests are used up; Retry-After tells when to come back.",
    "default": "Any other error, in the same format.",
}


def _error_response(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}, "example": _ERROR_EXAMPLE}},
    }


def document_errors(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """drf-spectacular's hook after generation: add the error answers to every operation."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Error"] = _ERROR_SCHEMA
    schemas["ErrorCode"] = {
        "type": "string",
        "enum": [code.value for code in ErrorCode],
        "description": "A stable word for programs.",
    }
    for operations in result.get("paths", {}).values():
        for method, operation in operations.items():
            if method in _METHODS:
                for status, description in _ERRORS.items():
                    operation["responses"].setdefault(status, _error_response(description))
    return result


def _examples() -> dict[str, Any]:
    """``{"GET /api/v1/queue/{}": {"request": ..., "response": {"200": ...}}}``, from the specification."""
    found: dict[str, Any] = orjson.loads(resources.files("mediadl.api").joinpath("spec_examples.json").read_bytes())
    return found


def add_examples(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """drf-spectacular's hook after generation: show the specification's examples."""
    examples = _examples()
    for path, operations in result.get("paths", {}).items():
        for method, operation in operations.items():
            example = examples.get(f"{method.upper()} {_PATH_PARAMETER.sub('{}', path)}", {})
            if "request" in example:
                _put(operation.get("requestBody", {}), example["request"])
            for status, body in example.get("response", {}).items():
                _put(operation["responses"].get(status, {}), body)
    return result


def _put(holder: dict[str, Any], example: Any) -> None:
    content = holder.get("content", {}).get("application/json")
    if content is not None:
        content.pop("examples", None)
        content["example"] = example
