"""What can be plugged into a speaker, and what the speaker does when it comes on."""

from collections.abc import Callable

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.const import PERCENTAGE, EntityCategory

from ..engine.commands import line_in, settings
from ..model import Aspect, Speaker
from ..playing.sources import has_line_in, has_tv
from . import (
    BinarySensorDescription,
    NumberDescription,
    SensorDescription,
    SwitchDescription,
    TextDescription,
)

_DEVICE = "DeviceProperties"

#: The changes that can bring what an input says, or the description that tells that there is one.
_EXISTENCE = frozenset({Aspect.DEVICE, Aspect.INPUT})


def _evented(
    service: str, variable: str, has_input: Callable[[Speaker], bool]
) -> Callable[[Speaker], bool | None]:
    """Make what tells whether a speaker has an input and tells something of it."""

    def exists(speaker: Speaker) -> bool | None:
        if speaker.description is None:
            return None
        return has_input(speaker) and speaker.has(service, variable)

    return exists


def _read(variable: str, reading: str) -> Callable[[Speaker], bool | None]:
    """Make what tells whether a television can be plugged in and the speaker reacts to it."""

    def exists(speaker: Speaker) -> bool | None:
        if speaker.description is None:
            return None
        # Read only while somebody shows it: until then each of them is taken to have it.
        return has_tv(speaker) and speaker.has(_DEVICE, variable, reading) is not False

    return exists


def _plays_tv(speaker: Speaker) -> bool | None:
    room = speaker.variable(_DEVICE, "autoplay_room_uuid")
    return None if room is None else room != ""


def _ungroups(speaker: Speaker) -> bool | None:
    linked = speaker.flag(_DEVICE, "autoplay_include_linked_zones")
    return None if linked is None else not linked


def _headphones_swapped(speaker: Speaker) -> bool | None:
    headphones = speaker.variable(_DEVICE, "headphone_id")
    return None if headphones is None else headphones != ""


BINARY_SENSORS = (
    BinarySensorDescription(
        key="line_in_connected",
        device_class=BinarySensorDeviceClass.PLUG,
        entity_category=EntityCategory.DIAGNOSTIC,
        aspects=frozenset({Aspect.INPUT}),
        existence=_EXISTENCE,
        exists=_evented("AudioIn", "line_in_connected", has_line_in),
        value=lambda speaker: speaker.flag("AudioIn", "line_in_connected"),
    ),
    BinarySensorDescription(
        key="optical_connected",
        device_class=BinarySensorDeviceClass.PLUG,
        entity_category=EntityCategory.DIAGNOSTIC,
        aspects=frozenset({Aspect.INPUT}),
        existence=_EXISTENCE,
        exists=_evented("HTControl", "tos_link_connected", has_tv),
        value=lambda speaker: speaker.flag("HTControl", "tos_link_connected"),
    ),
    BinarySensorDescription(
        key="hdmi_cec",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        aspects=frozenset({Aspect.DEVICE}),
        existence=_EXISTENCE,
        exists=_evented(_DEVICE, "hdmi_cec_available", has_tv),
        value=lambda speaker: speaker.flag(_DEVICE, "hdmi_cec_available"),
    ),
    BinarySensorDescription(
        key="tv_configuration",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        aspects=frozenset({Aspect.DEVICE}),
        existence=_EXISTENCE,
        exists=_evented(_DEVICE, "tv_configuration_error", has_tv),
        value=lambda speaker: speaker.flag(_DEVICE, "tv_configuration_error"),
    ),
    BinarySensorDescription(
        key="tv_headphones",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        aspects=frozenset({Aspect.DEVICE}),
        existence=_EXISTENCE,
        exists=_evented(_DEVICE, "headphone_id", has_tv),
        value=_headphones_swapped,
    ),
    BinarySensorDescription(
        key="headphones",
        device_class=BinarySensorDeviceClass.PLUG,
        entity_category=EntityCategory.DIAGNOSTIC,
        # Players without a socket say this, too.
        entity_registry_enabled_default=False,
        aspects=frozenset({Aspect.SOUND}),
        existence=frozenset({Aspect.SOUND}),
        exists=lambda speaker: speaker.has("RenderingControl", "headphone_connected"),
        value=lambda speaker: speaker.flag("RenderingControl", "headphone_connected"),
    ),
)

NUMBERS = (
    NumberDescription(
        key="tv_autoplay_volume",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        native_min_value=0,
        native_max_value=100,
        native_step=1,
        native_unit_of_measurement=PERCENTAGE,
        aspects=frozenset({Aspect.DEVICE}),
        existence=frozenset({Aspect.DEVICE, Aspect.SETTINGS}),
        reading="autoplay_volume",
        exists=_read("autoplay_volume", "autoplay_volume"),
        value=lambda speaker: speaker.number(_DEVICE, "autoplay_volume"),
        write=lambda coordinator, speaker, value: coordinator.commands.in_room(
            speaker, settings.set_autoplay_volume, value
        ),
    ),
    NumberDescription(
        key="line_in_level",
        entity_category=EntityCategory.CONFIG,
        # The steps that the app offers, from a television to a source that is quiet.
        native_min_value=1,
        native_max_value=10,
        native_step=1,
        aspects=frozenset({Aspect.INPUT}),
        existence=_EXISTENCE,
        exists=_evented("AudioIn", "left_line_in_level", has_line_in),
        value=lambda speaker: speaker.number("AudioIn", "left_line_in_level"),
        write=lambda coordinator, speaker, value: coordinator.commands.in_room(
            speaker, line_in.set_level, value
        ),
    ),
)

SENSORS = (
    SensorDescription(
        key="audio-format",
        entity_category=EntityCategory.DIAGNOSTIC,
        aspects=frozenset({Aspect.INPUT}),
        existence=frozenset({Aspect.DEVICE}),
        exists=lambda speaker: has_tv(speaker) if speaker.description else None,
        value=lambda speaker: speaker.tv_format,
    ),
)

SWITCHES = (
    SwitchDescription(
        key="tv_autoplay",
        entity_category=EntityCategory.CONFIG,
        aspects=frozenset({Aspect.DEVICE}),
        existence=frozenset({Aspect.DEVICE, Aspect.SETTINGS}),
        reading="autoplay",
        exists=_read("autoplay_room_uuid", "autoplay"),
        value=_plays_tv,
        write=lambda coordinator, speaker, on: coordinator.commands.in_room(
            speaker, settings.set_autoplay, speaker.uid if on else ""
        ),
    ),
    SwitchDescription(
        key="ungroup_on_autoplay",
        entity_category=EntityCategory.CONFIG,
        aspects=frozenset({Aspect.DEVICE}),
        existence=frozenset({Aspect.DEVICE, Aspect.SETTINGS}),
        reading="autoplay",
        exists=_read("autoplay_include_linked_zones", "autoplay"),
        value=_ungroups,
        write=lambda coordinator, speaker, on: coordinator.commands.in_room(
            speaker, settings.set_autoplay_linked_zones, not on
        ),
    ),
    SwitchDescription(
        key="use_tv_autoplay_volume",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        aspects=frozenset({Aspect.DEVICE}),
        existence=frozenset({Aspect.DEVICE, Aspect.SETTINGS}),
        reading="autoplay_volume",
        exists=_read("autoplay_use_volume", "autoplay_volume"),
        value=lambda speaker: speaker.flag(_DEVICE, "autoplay_use_volume"),
        write=lambda coordinator, speaker, on: coordinator.commands.in_room(
            speaker, settings.use_autoplay_volume, on
        ),
    ),
)

TEXTS = (
    TextDescription(
        key="line_in_name",
        entity_category=EntityCategory.CONFIG,
        aspects=frozenset({Aspect.INPUT}),
        existence=_EXISTENCE,
        exists=_evented("AudioIn", "audio_input_name", has_line_in),
        value=lambda speaker: speaker.variable("AudioIn", "audio_input_name"),
        write=lambda coordinator, speaker, name: coordinator.commands.in_room(
            speaker, line_in.set_name, name, speaker.variable("AudioIn", "icon") or ""
        ),
    ),
)
