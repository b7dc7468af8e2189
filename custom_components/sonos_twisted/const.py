"""Names that several modules of this integration share."""

from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "sonos_twisted"
#: Of Home Assistant's own integration for Sonos.
CORE_DOMAIN: Final = "sonos"
PLATFORMS: Final = [
    Platform.MEDIA_PLAYER,
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TEXT,
    Platform.UPDATE,
]

# Keys of the YAML configuration and of a config entry's options.
CONF_HOSTS: Final = "hosts"
CONF_LISTEN_ADDRESS: Final = "listen_address"
CONF_LISTEN_PORT: Final = "listen_port"
CONF_ADVERTISE_ADDRESS: Final = "advertise_address"
CONF_ADVERTISE_PORT: Final = "advertise_port"
CONF_REQUEST_TIMEOUT: Final = "request_timeout"
CONF_COMMANDS: Final = "commands"
CONF_POLL_FALLBACK: Final = "poll_fallback"
CONF_ANNOUNCE_VOLUME: Final = "announce_volume"
CONF_VOLUME_LIMITS: Final = "volume_limits"

# Keys of a single volume limit.
CONF_ROOM: Final = "room"
CONF_LIMIT: Final = "limit"

# Keys of a config entry's data that nobody types.
CONF_HOUSEHOLD_ID: Final = "household_id"
CONF_KNOWN_HOSTS: Final = "known_hosts"
CONF_SET_IN_YAML: Final = "set_in_yaml"

COMMANDS_THREADS: Final = "threads"
COMMANDS_PROCESS: Final = "process"
