"""What a test expects of the actions: a name, or a name with fields. Made from the actions' own models. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Self, get_origin, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    create_model,
    model_validator,
)

from automailer.actions import ACTIONS, ActionModel
from automailer.rules import short
from automailer.ruletests.wanted import Alone, Free, Lists, Mapped, Value, Wanted
from automailer.settings import Frozen, nearest

__all__ = ["Action", "Expectation", "missing_fields"]

# Of every action, and of every mail beside what its action says.
OF_EVERY_ACTION = ("rule", "refused")
OF_EVERY_MAIL = ("to", "subject", "from", "text", "html", "attachments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One action and the fields that it is to have at least; `written` is it as a person wrote it."""

    action: str
    fields: Mapping[str, Wanted] = field(default_factory=dict)

    @property
    def written(self) -> str:
        """The action in short."""
        if not self.fields:
            return self.action
        return f"{self.action}: {short({name: wanted.written for name, wanted in self.fields.items()}, 200)}"


def missing_fields(expected: Expectation, found: Mapping[str, Any], lists: Lists) -> list[str]:
    """The fields that are not as expected, in the order of the test."""
    return [name for name, wanted in expected.fields.items() if not wanted.fits(found.get(name), lists)]


def _spelt_out(action: type[ActionModel], model: Any) -> BeforeValidator:
    """The fields of an action, also where one of them stands alone."""
    alone = action.shorthand

    def spell(value: object) -> object:
        if value is None:
            return {}
        in_full = isinstance(value, dict) and not action.always_short
        return value if in_full or alone is None else {alone: value}

    written = Mapped if action.always_short else model if alone is None else model | Alone
    return BeforeValidator(spell, json_schema_input_type=written | None)


def _fields(action: type[ActionModel]) -> Mapping[str, Any]:
    """The fields by the names of the file, each with what may be expected of it."""
    hints = get_type_hints(action)
    own = {one.alias or name: _kind(hints[name]) for name, one in action.model_fields.items()}
    more = (*OF_EVERY_ACTION, *(OF_EVERY_MAIL if "smtp" in own else ()))
    return {**own, **dict.fromkeys(more, Value), **dict.fromkeys(sorted(action.shows), Free)}


def _kind(hint: Any) -> Any:
    return Mapped if get_origin(hint) is dict else Value


def _model(action: type[ActionModel]) -> Any:
    fields: dict[str, Any] = {
        f"{name}_": (kind, Field(default=None, alias=name)) for name, kind in _fields(action).items()
    }
    model = create_model(f"Expected{action.__name__}", __base__=Frozen, **fields)
    return Annotated[model, _spelt_out(action, model)]


class _OneAction(Frozen):
    """A mapping of one action's name to its fields."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            reason = "expected one action behind each dash, such as delete or forward: …"
            raise ValueError(reason)
        return self


_BY_NAME: dict[str, Any] = {
    f"{name}_": (_model(action), Field(default=None, alias=name)) for name, action in ACTIONS.items()
}
_ANY_ACTION: Any = create_model("ExpectedAction", __base__=_OneAction, **_BY_NAME)


def _named(name: str) -> str:
    if name not in ACTIONS:
        hint = nearest(name, ACTIONS)
        reason = f"unknown action {short(name)!r}" + (f" (did you mean {hint!r}?)" if hint else "")
        raise ValueError(reason)
    return name


def _expectation(value: str | BaseModel) -> Expectation:
    if isinstance(value, str):
        return Expectation(action=value)
    [key] = value.model_fields_set
    return Expectation(action=key.removesuffix("_"), fields=_given(getattr(value, key)))


def _given(fields: BaseModel) -> dict[str, Wanted]:
    return {
        key.removesuffix("_"): getattr(fields, key)
        for key in type(fields).model_fields
        if key in fields.model_fields_set
    }


def _sort(value: object) -> str:
    return "mapping" if isinstance(value, dict) else "name"


if TYPE_CHECKING:
    Action = Expectation
else:
    _Name = Annotated[str, AfterValidator(_named), Field(json_schema_extra={"enum": list(ACTIONS)})]
    _Entry = Annotated[_Name, Tag("name")] | Annotated[_ANY_ACTION, Tag("mapping")]
    Action = Annotated[_Entry, Discriminator(_sort), AfterValidator(_expectation)]
    """An entry of `actions`, `not` or `refused`."""
