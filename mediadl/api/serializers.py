"""Request bodies, read strictly: no unknown fields, no text where a number belongs."""

from collections.abc import Mapping
from typing import Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from mediadl.api.errors import InvalidFieldsError
from mediadl.api.limits import BULK_LIMIT, INTEGER_LIMIT

_TEXT_FIELDS = (
    serializers.CharField,
    serializers.ChoiceField,
    serializers.DateField,
    serializers.DateTimeField,
)


def _expected(field: Any, value: Any) -> str:
    """What ``value`` should be instead for ``field``, or an empty string if its JSON type is right."""
    if isinstance(field, serializers.BooleanField):
        return "" if isinstance(value, bool) else "Must be true or false."
    if isinstance(field, serializers.IntegerField):
        # 5.0 is an integer in JSON, as the schema's readers know; true is none.
        whole = type(value) is int or (type(value) is float and value.is_integer())
        return "" if whole else "Must be a whole number."
    if isinstance(field, (serializers.FloatField, serializers.DecimalField)):
        return "" if type(value) in (int, float) else "Must be a number."
    if isinstance(field, (serializers.DictField, serializers.Serializer)):
        return "" if isinstance(value, Mapping) else "Must be an object."
    if isinstance(field, (serializers.ListField, serializers.ListSerializer)):
        return "" if isinstance(value, list) else "Must be a list."
    if isinstance(field, _TEXT_FIELDS):
        if not isinstance(value, str):
            return "Must be text."
        longest = getattr(field, "max_length", None)
        # Counted as it was sent, as the schema's readers do: the field itself would cut spaces off first.
        return f"At most {longest} characters." if longest is not None and len(value) > longest else ""
    return ""


def _type_problems(field: Any, value: Any, path: str) -> dict[str, list[str]]:
    if value is None or value is empty:
        return {}  # whether null is allowed is the field's own check
    wrong = _expected(field, value)
    if wrong:
        return {path: [wrong]}
    problems: dict[str, list[str]] = {}
    if isinstance(field, (serializers.ListField, serializers.DictField)):
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        for name, below in pairs:
            problems.update(_type_problems(field.child, below, f"{path}.{name}"))
    return problems


class StrictSerializer(serializers.Serializer):
    """A serializer that refuses unknown and read-only fields and coerces nothing."""

    def to_internal_value(self, data: Any) -> Any:
        """The validated values.

        Raises:
            InvalidFieldsError: unknown or read-only fields, or wrong JSON types.
            rest_framework.serializers.ValidationError: the fields' own checks.
        """
        if isinstance(data, Mapping):
            problems: dict[str, list[str]] = {}
            for name, value in data.items():
                field = self.fields.get(name)
                if field is None:
                    problems[str(name)] = ["Unknown field."]
                elif field.read_only:
                    problems[str(name)] = ["This field is read-only."]
                else:
                    problems.update(_type_problems(field, value, str(name)))
            if problems:
                raise serializers.ValidationError(problems)
        return super().to_internal_value(data)


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "integer", "minimum": 1, "maximum": INTEGER_LIMIT},
        "minItems": 1,
        "maxItems": BULK_LIMIT,
        "uniqueItems": True,
    }
)
class DistinctIdsField(serializers.ListField):
    """1 to 1000 rows' ids, each once."""

    def __init__(self, **options: Any) -> None:
        child = serializers.IntegerField(min_value=1, max_value=INTEGER_LIMIT)
        super().__init__(child=child, allow_empty=False, max_length=BULK_LIMIT, **options)

    def to_internal_value(self, data: Any) -> Any:
        """The ids.

        Raises:
            rest_framework.serializers.ValidationError: one stands there twice, or is no id.
        """
        ids = super().to_internal_value(data)
        if len(set(ids)) != len(ids):
            raise serializers.ValidationError("Must be distinct.")
        return ids


def read_body(request: Any, serializer: type[serializers.Serializer], *, partial: bool = False) -> dict[str, Any]:
    """The request body's values after ``serializer``'s checks; only the given ones if ``partial``.

    Raises:
        InvalidFieldsError: the body is no object, or a field is wrong.
        rest_framework.serializers.ValidationError: the same, with DRF's messages.
    """
    if not isinstance(request.data, Mapping):
        raise InvalidFieldsError({"body": ["Must be a JSON object."]})
    bound = serializer(data=request.data, partial=partial)
    bound.is_valid(raise_exception=True)
    return cast("dict[str, Any]", dict(bound.validated_data))


class NoBody(StrictSerializer):
    """For requests that need no body: an empty one, or an empty object."""
