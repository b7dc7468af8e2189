"""What a speaker is and how it is connected. Most of it hidden parts of a room have, too."""

from collections.abc import Callable

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory, UnitOfFrequency

from ..engine.commands import settings
from ..model import Aspect, Speaker, whole_number
from . import BinarySensorDescription, SensorDescription, TextDescription

_ASPECTS = frozenset({Aspect.DEVICE})


def _has(attribute: str) -> Callable[[Speaker], bool]:
    """Make what tells whether the topology says this of a speaker."""
    return lambda speaker: speaker.attribute(attribute) is not None


def _connection(speaker: Speaker) -> str | None:
    """Tell how a speaker is connected.

    WirelessMode says which network it would use, be it by cable or not. Old firmware does not say
    whether there is a cable.
    """
    return {"1": "wired", "0": "wireless"}.get(speaker.attribute("EthLink") or "")


def _channel(speaker: Speaker) -> int | None:
    """Return the frequency of the radio channel; it is 0 where the radio is off."""
    return whole_number(speaker.attribute("ChannelFreq") or "") or None


def _is_behind_extender(speaker: Speaker) -> bool | None:
    said = speaker.attribute("BehindWifiExtender")
    return None if said is None else said != "0"


def _listens(speaker: Speaker) -> bool | None:
    said = speaker.attribute("MicEnabled")
    return None if said is None else said == "1"


BINARY_SENSORS = (
    BinarySensorDescription(
        key="microphone",
        entity_category=EntityCategory.DIAGNOSTIC,
        aspects=_ASPECTS,
        existence=_ASPECTS,
        # Who has no voice service says that its microphone is off, be there one or not.
        exists=lambda speaker: speaker.attribute("VoiceConfigState") not in {None, "", "0"},
        value=_listens,
    ),
    BinarySensorDescription(
        key="behind_extender",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        of_parts=True,
        aspects=_ASPECTS,
        existence=_ASPECTS,
        exists=_has("BehindWifiExtender"),
        value=_is_behind_extender,
    ),
)

SENSORS = (
    SensorDescription(
        key="boot_count",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        of_parts=True,
        aspects=_ASPECTS,
        existence=_ASPECTS,
        exists=_has("BootSeq"),
        value=lambda speaker: speaker.boot_seq,
    ),
    SensorDescription(
        key="channel",
        device_class=SensorDeviceClass.FREQUENCY,
        native_unit_of_measurement=UnitOfFrequency.MEGAHERTZ,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        of_parts=True,
        aspects=_ASPECTS,
        existence=_ASPECTS,
        exists=_has("ChannelFreq"),
        value=_channel,
    ),
    SensorDescription(
        key="connection",
        device_class=SensorDeviceClass.ENUM,
        options=["wired", "wireless"],
        entity_category=EntityCategory.DIAGNOSTIC,
        of_parts=True,
        aspects=_ASPECTS,
        existence=_ASPECTS,
        exists=_has("EthLink"),
        value=_connection,
    ),
    SensorDescription(
        key="software_version",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        of_parts=True,
        aspects=_ASPECTS,
        existence=_ASPECTS,
        exists=_has("SoftwareVersion"),
        value=lambda speaker: speaker.software_version,
    ),
    SensorDescription(
        key="started",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        of_parts=True,
        aspects=_ASPECTS,
        # A start is seen by the boot count. Before the first that is seen it is unknown.
        existence=_ASPECTS,
        exists=_has("BootSeq"),
        value=lambda speaker: speaker.started_at,
    ),
)

TEXTS = (
    TextDescription(
        key="room_name",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        native_min=1,
        pattern=r".*\S.*",
        aspects=_ASPECTS,
        value=lambda speaker: speaker.name,
        write=lambda coordinator, speaker, name: coordinator.commands.in_room(
            speaker, settings.rename_room, name
        ),
    ),
)
