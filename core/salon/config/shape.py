"""What the models know about a path: which settings stand there, and whether it is a secret."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, SecretBytes, SecretStr
from pydantic.fields import FieldInfo

from salon.config.tree import Keys


def fields_at(model: type[BaseModel], keys: Keys) -> Mapping[str, FieldInfo]:
    """Return the settings known below a path; of several possible models, all of theirs."""
    return {
        name: field for found in _models_at(model, keys) for name, field in _named(found).items()
    }


def is_secret(model: type[BaseModel], keys: Keys) -> bool:
    """Return whether the setting on this path, or one it belongs to, is declared a secret."""
    return any(
        _mentions_secret(field.annotation)
        for length in range(len(keys))
        for name, field in fields_at(model, keys[:length]).items()
        if name == keys[length]
    )


def has_secrets(model: type[BaseModel], keys: Keys) -> bool:
    """Return whether a secret belongs right below this path: what stands in its place may be it."""
    return any(_mentions_secret(field.annotation) for field in fields_at(model, keys).values())


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield every model that a type is made of: of `Mapping[str, Show] | None`, Show."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def _models_at(model: type[BaseModel], keys: Keys) -> list[type[BaseModel]]:
    models = [model]
    for key in keys:
        fields = [field for found in models for name, field in _named(found).items() if name == key]
        if fields:
            models = [found for field in fields for found in models_in(field.annotation)]
        # Else the key is a name or index within a mapping or list: the models stay.
    return models


def _named(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _mentions_secret(annotation: Any) -> bool:
    if annotation in {SecretStr, SecretBytes}:
        return True
    return any(_mentions_secret(argument) for argument in get_args(annotation))
