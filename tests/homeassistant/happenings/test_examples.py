"""The examples of the documentation."""

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict

from custom_components.sonos_twisted.happenings import KINDS
from tests.reference.happenings import EXAMPLES


async def test_home_assistant_takes_the_examples(hass: HomeAssistant) -> None:
    """There is one for each kind, and Home Assistant finds nothing wrong with it."""
    examples = load_yaml_dict(str(EXAMPLES))
    assert list(examples) == sorted(KINDS)
    automations = [{"alias": kind, **example} for kind, example in examples.items()]
    assert await async_setup_component(hass, "automation", {"automation": automations})
    await hass.async_block_till_done()
    states = {state.entity_id: state.state for state in hass.states.async_all("automation")}
    assert states == {f"automation.{kind}": "on" for kind in KINDS}
    for kind, example in examples.items():
        wanted = example["triggers"][0]["event_data"]
        assert wanted["type"] == kind
        assert wanted.keys() - {"type", "entity_id"} <= KINDS[kind].fields.keys()
