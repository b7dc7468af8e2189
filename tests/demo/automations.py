"""What automations are made of: does Home Assistant take every condition, blueprint and example?

Its interface for them may change, and the smoke run sees both with each of its
versions.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
import re
from typing import Any

from homeassistant.util.yaml import load_yaml_dict, parse_yaml

from .client import Client
from .configuration import BLUEPRINTS, ROOT
from .processes import DemoError

_PARTS = ("triggers", "conditions", "actions")
#: What stands for a device of the reader's in examples; Home Assistant does not know it.
_INVENTED = "0123456789abcdef0123456789abcdef"
_EXAMPLES = Path(__file__).parents[1] / "reference" / "condition_examples.yaml"

#: What is entered where a blueprint has no default, by the kind of its selector.
_ENTERED: dict[str, Any] = {
    "template": "{{ trigger.id }}",
    "text": "BBC Radio 3",
    "time": "07:00:00",
    "trigger": [{"trigger": "event", "event_type": "something"}],
}


async def check(client: Client, room: str) -> None:
    """Let Home Assistant test all conditions, and check automations: of blueprints, and examples.

    Raises:
        DemoError: It does not take one of them.

    """
    wrong = [line async for line in _wrong_conditions(client)]
    wrong += [line async for line in _wrong_blueprints(client, room)]
    wrong += [line async for line in _wrong_examples(client)]
    if wrong:
        raise DemoError("Home Assistant does not take everything:\n" + "\n".join(wrong))


async def _wrong_conditions(client: Client) -> AsyncIterator[str]:
    for name, example in load_yaml_dict(str(_EXAMPLES)).items():
        answer = await client.call("test_condition", condition=example)
        if answer.get("result") not in {True, False}:
            yield f"condition {name}: {answer}"


async def _wrong_blueprints(client: Client, room: str) -> AsyncIterator[str]:
    listed = await client.call("blueprint/list", domain="automation")
    for path in sorted(BLUEPRINTS.glob("*.yaml")):
        name = f"{BLUEPRINTS.name}/{path.name}"
        if "metadata" not in listed.get(name, {}):
            yield f"blueprint {name}: {listed.get(name)}"
            continue
        entered = _entered(listed[name]["metadata"]["input"], room)
        answer = await client.call(
            "blueprint/substitute", domain="automation", path=name, input=entered
        )
        async for line in _wrong_parts(client, answer["substituted_config"]):
            yield f"blueprint {name}: {line}"


async def _wrong_examples(client: Client) -> AsyncIterator[str]:
    for page in sorted((ROOT / "docs").glob("*.md")):
        for block in re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            if _INVENTED in block:
                continue
            for automation in _automations(parse_yaml(block)):
                async for line in _wrong_parts(client, automation):
                    yield f"{page.name}: {line} in\n{block}"


async def _wrong_parts(client: Client, config: dict[str, Any]) -> AsyncIterator[str]:
    """Tell what Home Assistant finds wrong in an automation."""
    parts = {part: config[part] for part in _PARTS if part in config}
    for part, verdict in (await client.call("validate_config", **parts)).items():
        if not verdict["valid"]:
            yield f"{part}: {verdict['error']}"


def _automations(content: Any) -> Iterator[dict[str, Any]]:
    """Give the automations of an example, and its scripts and single parts as such."""
    if isinstance(content, list):
        for item in content:
            yield from _automations(item)
    elif not isinstance(content, dict):
        return
    elif "triggers" in content:
        yield content
    elif "sequence" in content:
        yield {"actions": content["sequence"]}
    elif "condition" in content:
        yield {"conditions": [content]}
    elif "action" in content:
        yield {"actions": [content]}
    else:
        for item in content.values():
            yield from _automations(item)


def _entered(inputs: dict[str, Any], room: str) -> dict[str, Any]:
    """Enter something into all inputs of a blueprint that have no default."""
    entered: dict[str, Any] = {}
    for name, described in inputs.items():
        if "input" in described:
            entered |= _entered(described["input"], room)
        elif "default" not in described:
            (kind, config), *_ = described["selector"].items()
            if kind == "entity":
                entered[name] = [room] if (config or {}).get("multiple") else room
            elif kind == "target":
                entered[name] = {"entity_id": room}
            else:
                entered[name] = _ENTERED[kind]
    return entered
