"""Names that several modules of this integration share."""

from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "sonos_twisted"
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

# Keys of a config entry's data that nobody types.
CONF_HOUSEHOLD_ID: Final = "household_id"
CONF_KNOWN_HOSTS: Final = "known_hosts"

COMMANDS_THREADS: Final = "threads"
COMMANDS_PROCESS: Final = "process"
