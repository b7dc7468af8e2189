"""Actions of devices: what people want of a room, to be chosen from its device."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.components.media_player import (
    ATTR_GROUP_MEMBERS,
    ATTR_MEDIA_VOLUME_LEVEL,
    DOMAIN as MEDIA_PLAYER_DOMAIN,
    SERVICE_JOIN,
    SERVICE_UNJOIN,
)
from homeassistant.const import (
    ATTR_ENTITY_ID,
    CONF_DEVICE_ID,
    CONF_DOMAIN,
    CONF_TYPE,
    PERCENTAGE,
    UnitOfTime,
)
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    EntitySelector,
    NumberSelector,
    NumberSelectorMode,
    Selector,
    SelectSelector,
    TextSelector,
)
from homeassistant.helpers.typing import ConfigType, TemplateVarsType
import voluptuous as vol

from .actions import volume
from .actions.alarms import ATTR_DURATION
from .actions.announcements import ATTR_MEDIA_ID
from .actions.grouping import ATTR_TO
from .actions.sleep_timer import ATTR_SLEEP_TIME
from .actions.volume import ATTR_RAMP_TYPE
from .alarms.ringing import SNOOZE_SECONDS
from .automation.choices import extra_fields
from .automation.targets import media_player_of, room_of
from .const import DOMAIN
from .errors import refused
from .playing.sources import Shelf
from .playing.start import async_play_from_shelf

type Options = Mapping[str, Any]
type Perform = Callable[[HomeAssistant, str, Options, Context | None], Awaitable[object]]

CONF_FAVORITE: Final = "favorite"
CONF_MEDIA: Final = "media"
CONF_MINUTES: Final = "minutes"
CONF_PLAYLIST: Final = "playlist"
CONF_ROOM: Final = "room"
CONF_VOLUME: Final = "volume"

_MINUTE = 60

_PERCENT = NumberSelector({"min": 0, "max": 100, "unit_of_measurement": PERCENTAGE})
_ROOM = EntitySelector({"filter": {"integration": DOMAIN, "domain": MEDIA_PLAYER_DOMAIN}})


def _minutes(longest: int) -> NumberSelector:
    return NumberSelector(
        {
            "min": 1,
            "max": longest,
            "mode": NumberSelectorMode.BOX,
            "unit_of_measurement": UnitOfTime.MINUTES,
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAction:
    """Something that a room can be told.

    Attributes:
        perform: Does it; takes the room's media player and the fields.
        fields: What can be chosen, and how it is checked.

    """

    perform: Perform
    fields: Mapping[vol.Marker, Selector[Any]] = field(default_factory=dict)


def _nothing(_options: Options) -> dict[str, Any]:
    return {}


def _action(name: str, data: Callable[[Options], dict[str, Any]] = _nothing) -> Perform:
    """Return what performs one of our actions on a room."""

    async def perform(
        hass: HomeAssistant, entity_id: str, options: Options, context: Context | None
    ) -> None:
        said = {ATTR_ENTITY_ID: entity_id, **data(options)}
        await hass.services.async_call(DOMAIN, name, said, blocking=True, context=context)

    return perform


def _from(shelf: Shelf, name: str) -> Perform:
    """Return what plays something in a room that is on one of the household's shelves."""

    async def perform(
        hass: HomeAssistant, entity_id: str, options: Options, _context: Context | None
    ) -> None:
        if (room := room_of(hass, entity_id)) is not None:
            await async_play_from_shelf(*room, shelf, options[name])

    return perform


async def _join(
    hass: HomeAssistant, entity_id: str, options: Options, context: Context | None
) -> None:
    said = {ATTR_ENTITY_ID: options[CONF_ROOM], ATTR_GROUP_MEMBERS: [entity_id]}
    await hass.services.async_call(
        MEDIA_PLAYER_DOMAIN, SERVICE_JOIN, said, blocking=True, context=context
    )


async def _unjoin(
    hass: HomeAssistant, entity_id: str, _options: Options, context: Context | None
) -> None:
    said = {ATTR_ENTITY_ID: entity_id}
    await hass.services.async_call(
        MEDIA_PLAYER_DOMAIN, SERVICE_UNJOIN, said, blocking=True, context=context
    )


def _level(options: Options) -> dict[str, Any]:
    if CONF_VOLUME not in options:
        return {}
    return {ATTR_MEDIA_VOLUME_LEVEL: options[CONF_VOLUME] / 100}


ACTIONS: Final[Mapping[str, DeviceAction]] = {
    "announce": DeviceAction(
        fields={vol.Required(CONF_MEDIA): TextSelector(), vol.Optional(CONF_VOLUME): _PERCENT},
        perform=_action(
            "announce",
            lambda options: {ATTR_MEDIA_ID: options[CONF_MEDIA], **_level(options)},
        ),
    ),
    "cancel_announcement": DeviceAction(perform=_action("cancel_announcement")),
    "clear_sleep_timer": DeviceAction(perform=_action("clear_sleep_timer")),
    "disable_alarms": DeviceAction(perform=_action("disable_alarms")),
    "enable_alarms": DeviceAction(perform=_action("enable_alarms")),
    "group_all": DeviceAction(perform=_action("group_all")),
    "hand_over": DeviceAction(
        fields={vol.Required(CONF_ROOM): _ROOM},
        perform=_action("hand_over", lambda options: {ATTR_TO: options[CONF_ROOM]}),
    ),
    "join": DeviceAction(fields={vol.Required(CONF_ROOM): _ROOM}, perform=_join),
    "pause_all": DeviceAction(perform=_action("pause_all")),
    "play_favorite": DeviceAction(
        fields={vol.Required(CONF_FAVORITE): TextSelector()},
        perform=_from(Shelf.FAVORITES, CONF_FAVORITE),
    ),
    "play_playlist": DeviceAction(
        fields={vol.Required(CONF_PLAYLIST): TextSelector()},
        perform=_from(Shelf.PLAYLISTS, CONF_PLAYLIST),
    ),
    "ramp_volume": DeviceAction(
        fields={
            vol.Required(CONF_VOLUME): _PERCENT,
            vol.Required(ATTR_RAMP_TYPE, default="autoplay"): SelectSelector(
                {"options": list(volume.RAMP_TYPES), "translation_key": "ramp_type"}
            ),
        },
        perform=_action(
            "ramp_volume",
            lambda options: {ATTR_RAMP_TYPE: options[ATTR_RAMP_TYPE], **_level(options)},
        ),
    ),
    "restore": DeviceAction(perform=_action("restore")),
    "resume_all": DeviceAction(perform=_action("resume_all")),
    "set_group_volume": DeviceAction(
        fields={vol.Required(CONF_VOLUME): _PERCENT},
        perform=_action("set_group_volume", _level),
    ),
    "set_sleep_timer": DeviceAction(
        fields={vol.Required(CONF_MINUTES, default=30): _minutes(1439)},
        perform=_action(
            "set_sleep_timer",
            lambda options: {ATTR_SLEEP_TIME: int(options[CONF_MINUTES] * _MINUTE)},
        ),
    ),
    "set_volume_limit": DeviceAction(
        fields={vol.Optional(CONF_VOLUME): _PERCENT},
        perform=_action("set_volume_limit", _level),
    ),
    "snapshot": DeviceAction(perform=_action("snapshot")),
    "snooze_alarm": DeviceAction(
        fields={vol.Required(CONF_MINUTES, default=SNOOZE_SECONDS // _MINUTE): _minutes(1439)},
        perform=_action(
            "snooze_alarm", lambda options: {ATTR_DURATION: {"minutes": options[CONF_MINUTES]}}
        ),
    ),
    "stop_alarm": DeviceAction(perform=_action("stop_alarm")),
    "ungroup_all": DeviceAction(perform=_action("ungroup_all")),
    "unjoin": DeviceAction(perform=_unjoin),
}

ACTION_SCHEMA = vol.Schema(
    cv.key_value_schemas(
        CONF_TYPE,
        {
            name: cv.DEVICE_ACTION_BASE_SCHEMA.extend(
                {vol.Required(CONF_TYPE): name, **action.fields}
            )
            for name, action in ACTIONS.items()
        },
    )
)


async def async_get_actions(hass: HomeAssistant, device_id: str) -> list[dict[str, str]]:
    """List the actions of a device; only rooms have any."""
    if media_player_of(hass, device_id) is None:
        return []
    return [{CONF_DEVICE_ID: device_id, CONF_DOMAIN: DOMAIN, CONF_TYPE: name} for name in ACTIONS]


async def async_get_action_capabilities(
    hass: HomeAssistant, config: ConfigType
) -> dict[str, vol.Schema]:
    """List the fields of an action besides its device."""
    return extra_fields(hass, config[CONF_DEVICE_ID], ACTIONS[config[CONF_TYPE]].fields)


async def async_call_action_from_config(
    hass: HomeAssistant,
    config: ConfigType,
    _variables: TemplateVarsType,
    context: Context | None,
) -> None:
    """Perform an action.

    Raises:
        ServiceValidationError: When the device is no room, or its household is not loaded.
        HomeAssistantError: When it cannot be done.

    """
    entity_id = media_player_of(hass, config[CONF_DEVICE_ID])
    if entity_id is None or room_of(hass, entity_id) is None:
        raise refused("no_room_of_device", device=config[CONF_DEVICE_ID])
    await ACTIONS[config[CONF_TYPE]].perform(hass, entity_id, config, context)
