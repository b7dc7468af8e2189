"""The services that Sonos models have, read from ``services.json``."""

from dataclasses import dataclass, field
from functools import cache
import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("services.json")
# Models that nobody has recorded: their services are those of a relative with firmware as new.
# The Arc of the table has firmware 70, which knows nothing of speech levels.
_UNRECORDED = {"S45": ("Sonos Arc Ultra", "S36")}


@dataclass(frozen=True, slots=True)
class Variable:
    """A state variable of a service."""

    name: str
    data_type: str
    evented: bool = False
    values: tuple[str, ...] = ()
    range: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """An action with its arguments, each a pair of argument and variable name."""

    name: str
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Service:
    """A UPnP service as one model offers it."""

    name: str
    service_type: str
    service_id: str
    device: str
    scpd_url: str
    endpoints: tuple[tuple[str, str, str], ...]
    variables: dict[str, Variable] = field(hash=False)
    actions: dict[str, Action] = field(hash=False)
    last_change_namespace: str | None = None

    @property
    def evented(self) -> frozenset[str]:
        """Names of the variables that the service sends in events."""
        return frozenset(name for name, var in self.variables.items() if var.evented)


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Name and firmware of a model, as they were recorded."""

    number: str
    name: str
    software: str


@cache
def _raw() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return document


@cache
def model_info(number: str) -> ModelInfo:
    """Return name and firmware of a model number such as ``S18``."""
    name, relative = _UNRECORDED.get(number, ("", number))
    raw = _raw()["models"][relative]
    return ModelInfo(number, name or raw["name"], raw["software"])


def model_numbers() -> tuple[str, ...]:
    """Return all model numbers that can be simulated."""
    return (*_raw()["models"], *_UNRECORDED)


def _applies(raw: dict[str, Any], model: str) -> bool:
    return model in raw.get("models", (model,))


def _variant(raw: dict[str, Any], model: str) -> dict[str, Any]:
    for variant in raw.get("variants", ()):
        if model in variant["models"]:
            return {**raw, **variant}
    return raw


def _variable(name: str, raw: dict[str, Any]) -> Variable:
    limits = raw.get("range")
    return Variable(
        name,
        raw["type"],
        evented=raw.get("evented", False),
        values=tuple(raw.get("values", ())),
        range=(limits[0], limits[1]) if limits else None,
    )


def _action(name: str, raw: dict[str, Any]) -> Action:
    return Action(
        name,
        tuple((arg, var) for arg, var in raw["in"]),
        tuple((arg, var) for arg, var in raw["out"]),
    )


def _service(name: str, raw: dict[str, Any], model: str) -> Service:
    endpoints = [(raw["device"], raw["control"], raw["event"])]
    if also := raw.get("also_at"):
        endpoints.append((also["device"], also["control"], also["event"]))
    return Service(
        name=name,
        service_type=raw["type"],
        service_id=raw["id"],
        device=raw["device"],
        scpd_url=raw["scpd"],
        endpoints=tuple(endpoints),
        variables={
            key: _variable(key, _variant(value, model))
            for key, value in raw["variables"].items()
            if _applies(value, model)
        },
        actions={
            key: _action(key, _variant(value, model))
            for key, value in raw["actions"].items()
            if _applies(value, model)
        },
        last_change_namespace=raw.get("last_change_namespace"),
    )


@cache
def services_of(model: str) -> dict[str, Service]:
    """Return the services of a model by name."""
    model = _UNRECORDED.get(model, ("", model))[1]
    return {
        name: _service(name, raw, model)
        for name, raw in _raw()["services"].items()
        if _applies(raw, model)
    }
