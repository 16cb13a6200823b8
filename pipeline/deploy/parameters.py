"""The stack's parameters: which value each one gets, and where it comes from.

Given beats what deploy sets, which beats what the stack has (or, for a new one, the settings), which beats the default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from pipeline.config import Settings, changed_by_text
from pipeline.deploy.stack import Parameter
from pipeline.errors import ConfigInvalid

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef

# What deploy itself sets, and the option that decides it.
OURS = {
    "CodeBucket": "--code-bucket",
    "CodeKey": "--package",
    "TablesCodeKey": "--tables-package",
    "Architecture": "--arch",
}
Origin = Literal["given", "setting", "kept", "default", "deploy"]


@dataclass(frozen=True)
class Value:
    """A parameter's value in the plan, and where it comes from; a NoEcho one is not shown."""

    name: str
    value: str
    origin: Origin


def from_settings(settings: Settings) -> dict[str, str]:
    """What a new stack takes over from .env.local and the environment."""
    group, _, schedule = settings.schedule.rpartition("/")
    named = {"TableName": settings.table, "BucketName": settings.bucket, "FunctionName": settings.function}
    # The function must look for tokens where the console keeps them.
    named |= {"Secrets": settings.secrets, "GoogleClientId": settings.google_client_id}
    # And an export started here or there must judge items alike.
    minutes = settings.incremental_overlap // timedelta(minutes=1)
    named |= {"IncrementalBy": changed_by_text(settings.incremental_by), "IncrementalOverlap": str(minutes)}
    named["OnClash"] = settings.on_clash
    named |= {"GlueDatabase": settings.glue_database} if settings.glue_database else {}
    named |= {"TablesFunctionName": settings.tables_function} if settings.tables_function else {}
    return named | {"ScheduleName": schedule} | ({"ScheduleGroup": group} if group else {})


def chosen(
    declared: Sequence[Parameter],
    given: Mapping[str, str],
    ours: Mapping[str, str],
    before: Mapping[str, str],
    called: Origin,
) -> list[Value]:
    """A value for each declared parameter. Raise ConfigInvalid for an unknown name or a missing value."""
    _check_names(declared, given)
    sources: tuple[tuple[Origin, Mapping[str, str]], ...] = (("given", given), ("deploy", ours), (called, before))
    values = [_value(parameter, sources) for parameter in declared]
    missing = [parameter.name for parameter, value in zip(declared, values, strict=True) if value is None]
    if missing:
        message = f"the stack needs a value for {', '.join(missing)} (--param NAME=VALUE)"
        raise ConfigInvalid(message, situation="parameter", variable=missing[0])
    return [value for value in values if value]


def shown(values: Sequence[Value], declared: Sequence[Parameter]) -> tuple[Value, ...]:
    """The values as a person may see them."""
    hidden = {parameter.name for parameter in declared if parameter.hidden}
    return tuple(replace(value, value="****") if value.name in hidden else value for value in values)


def sent(values: Sequence[Value]) -> list[ParameterTypeDef]:
    """The values as CloudFormation wants them."""
    # A kept NoEcho value is known to CloudFormation alone; a default is the template's to say.
    kept: list[ParameterTypeDef] = [
        {"ParameterKey": value.name, "UsePreviousValue": True} for value in values if value.origin == "kept"
    ]
    told = (value for value in values if value.origin not in {"kept", "default"})
    return kept + [{"ParameterKey": value.name, "ParameterValue": value.value} for value in told]


def _check_names(declared: Sequence[Parameter], given: Mapping[str, str]) -> None:
    for name in given:
        if name in OURS:
            message = f"{name} is set by deploy itself; use {OURS[name]}"
            raise ConfigInvalid(message, situation="parameter", variable=name)
        if name not in {parameter.name for parameter in declared}:
            known = ", ".join(sorted(parameter.name for parameter in declared if parameter.name not in OURS))
            raise ConfigInvalid(f"unknown parameter {name}; known: {known}", situation="parameter", variable=name)


def _value(parameter: Parameter, sources: Sequence[tuple[Origin, Mapping[str, str]]]) -> Value | None:
    for origin, source in sources:
        if parameter.name in source:
            return Value(parameter.name, source[parameter.name], origin)
    return None if parameter.default is None else Value(parameter.name, parameter.default, "default")
