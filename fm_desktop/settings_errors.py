"""What is wrong with a settings file, in sentences that name the key, the value and what to do."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_SECRETS = frozenset({"private_key", "password", "secret", "token", "app_password", "key"})


class SettingsError(Exception):
    """Settings that cannot be used. `str(error)`: plain sentences, one a line; `next_step`: what to do."""

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step


def explain(error: ValidationError, model: type[BaseModel], name: str) -> SettingsError:
    """The findings of pydantic as one error; all of them at once, so that one look at the file mends them."""
    sentences = [_sentence(each, model) for each in error.errors(include_url=False)]
    return SettingsError("\n".join(sentences), f"Correct {name} and run the command again.")


def _sentence(found: ErrorDetails, model: type[BaseModel]) -> str:
    keys = [str(each) for each in found["loc"] if not isinstance(each, int)]
    where = _spelled(keys, model)
    kind = found["type"]
    if kind == "missing":
        return f"{where} is missing."
    if kind == "extra_forbidden":
        return _unknown(keys, model, where)
    if kind == "value_error":
        reason = str(found["ctx"]["error"])
        return f"{where}: {reason}." if _is_table(found["input"]) else f"{where} = {_shown(found['input'])} {reason}."
    if _is_table(found["input"]) or kind in {"model_type", "model_attributes_type"}:
        return f"{where} cannot be read: {_lower(found['msg'])}."
    if kind in {"enum", "literal_error"}:
        return f"{where} = {_shown(found['input'])} is not possible; choose {found['ctx']['expected']}."
    return f"{where} = {_shown(found['input'])} is not possible: {_lower(found['msg'])}."


def _spelled(keys: list[str], model: type[BaseModel]) -> str:
    """`[sync] type`, `[provider.caldav]`: as the place is written in the file."""
    tables: list[str] = []
    current: type[BaseModel] | None = model
    for index, key in enumerate(keys):
        current = _table_of(current, key)
        if current is None:
            rest = ".".join(keys[index:])
            return f"[{'.'.join(tables)}] {rest}" if tables else f'"{rest}"'
        tables.append(key)
    return f"[{'.'.join(tables)}]" if tables else "The file"


def _table_of(model: type[BaseModel] | None, key: str) -> type[BaseModel] | None:
    if model is None or key not in model.model_fields:
        return None
    annotation = model.model_fields[key].annotation
    options = [annotation, *getattr(annotation, "__args__", ())]
    return next((each for each in options if isinstance(each, type) and issubclass(each, BaseModel)), None)


def _unknown(keys: list[str], model: type[BaseModel], where: str) -> str:
    table: type[BaseModel] | None = model
    for key in keys[:-1]:
        table = _table_of(table, key)
    known = list(table.model_fields) if table is not None else []
    if keys[-1] in _SECRETS:
        return (
            f"{where} does not belong into the file: secrets are kept in the system's keychain. "
            "Take the line out; setup asks for the secret, or reads it from "
            "FM_DESKTOP_CRM_PRIVATE_KEY and FM_DESKTOP_PROVIDER_PASSWORD."
        )
    near = get_close_matches(keys[-1], known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}."
    return f"{where} is no setting; {hint}"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict | BaseModel)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        # An address with user:password@ in it must not reach a screen or a log.
        return '"…"' if "://" in value and "@" in value else f'"{value[:80]}"'
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)[:80]


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
