"""The base of every settings class, and how values with mistakes are stepped over.

Pydantic stops at the first level that fails, so rules between fields would only be checked once all
single fields are right: the user would fix one list of mistakes to be shown the next. Therefore the
settings are read twice when something is wrong. The second, lenient reading puts UNKNOWN in the place
of each bad value, and the rules between fields skip what they cannot know.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

LENIENT = "lenient"


class Unknown:
    """Stands where a value was given that could not be read. Everything inside it is unknown, too."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False


UNKNOWN: Any = Unknown()


def wrong(allowed: str, do: str = "") -> PydanticCustomError:
    """The error that a validator of ours raises: what is allowed, and what to do."""
    return PydanticCustomError("setting", "{allowed}", {"allowed": allowed, "do": do})


def suggestion(key: str, known: list[str]) -> str | None:
    """The known key that a misspelt one was probably meant to be."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(key.lower().replace("_", "").replace("-", ""), list(by_lower), n=1, cutoff=0.7)
    return by_lower[close[0]] if close else None


def _is_lenient(info: ValidationInfo) -> bool:
    return bool(info.context and info.context.get(LENIENT))


def _step_over(value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    if not _is_lenient(info):
        return handler(value)
    if value is UNKNOWN:
        return UNKNOWN
    try:
        return handler(value)
    except ValidationError:
        return UNKNOWN


T = TypeVar("T")

Items = tuple[Annotated[T, WrapValidator(_step_over)], ...]
"""A list in which one bad item does not hide the others."""


class Model(BaseModel):
    """A frozen group of settings. YAML spells its keys in camelCase; unknown keys are mistakes.

    Docstrings of the classes, under their fields and under members of enums are the page docs/settings.md.
    `Default: ...` at the end of one says what a key is that is left out, where the class does not know it.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
    )

    @classmethod
    def yaml_keys(cls) -> list[str]:
        """The keys as YAML spells them."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    @model_validator(mode="wrap")
    @classmethod
    def _fill_what_is_unknown(
        cls, data: Any, handler: ModelWrapValidatorHandler, info: ValidationInfo
    ) -> Any:
        if not _is_lenient(info) or not isinstance(data, Mapping):
            return handler(data)
        known = {key: data[key] for key in cls.yaml_keys() if key in data}
        for key in data:
            meant = suggestion(str(key), cls.yaml_keys())
            if key not in known and meant is not None:
                known.setdefault(meant, UNKNOWN)
        for name, field in cls.model_fields.items():
            if field.is_required():
                known.setdefault(field.alias or name, UNKNOWN)
        return handler(known)

    @field_validator("*", mode="wrap")
    @classmethod
    def _skip_bad_value(cls, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        return _step_over(value, handler, info)
