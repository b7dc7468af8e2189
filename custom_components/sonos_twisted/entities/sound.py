"""How a speaker sounds."""

from homeassistant.const import EntityCategory

from ..engine.commands import sound
from ..model import Aspect
from . import NumberDescription

NUMBERS = (
    NumberDescription(
        key="bass",
        entity_category=EntityCategory.CONFIG,
        native_min_value=-10,
        native_max_value=10,
        native_step=1,
        aspects=frozenset({Aspect.SOUND}),
        existence=frozenset({Aspect.SOUND}),
        exists=lambda speaker: speaker.has("RenderingControl", "bass"),
        value=lambda speaker: speaker.number("RenderingControl", "bass"),
        write=lambda coordinator, speaker, value: coordinator.commands.in_room(
            speaker, sound.set_sound, "bass", value
        ),
    ),
)
