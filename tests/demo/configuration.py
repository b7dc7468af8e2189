"""The configuration folder of a Home Assistant that is ready to be looked at.

Nobody has to finish the onboarding or to log in: both are stored as done, for this machine only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
import json
from pathlib import Path
import shutil
from typing import Any
import zipfile

ROOT = Path(__file__).parent.parent.parent
OWNER = "0b1d5cf47b7b4e1bb5a2a5a0c1d3a4f6"
_OWNER_NAME = "Demo"

_YAML = """\
homeassistant:
  name: Demo
  latitude: 52.3731
  longitude: 4.8926
  elevation: 2
  unit_system: metric
  currency: EUR
  country: NL
  language: en
  time_zone: Europe/Amsterdam
  internal_url: http://127.0.0.1:{port}
  auth_providers:
    - type: trusted_networks
      trusted_networks:
        - 127.0.0.0/8
      allow_bypass_login: true

frontend:
{history}
logger:
  default: warning
  logs:
    custom_components.sonos_twisted: info

{integration}
"""

_HISTORY = """\
history:
logbook:
recorder:
  commit_interval: 5
"""

_OURS = """\
sonos_twisted:
  hosts: [{hosts}]
{more}"""

_CORES = """\
sonos:
  media_player:
    hosts: [{hosts}]
{more}"""

BLUEPRINTS = ROOT / "blueprints" / "automation" / "sonos_twisted"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the demo's Home Assistant is told.

    Attributes:
        folder: Its configuration folder, which is made anew.
        port: The port of its user interface.
        domain: The integration that is shown; empty: none.
        hosts: The speakers that it is told.
        options: What else the integration is told.
        more: YAML besides.
        archive: The archive that the integration is installed from, as HACS does it; without one,
            the source tree is used as it is.
        history: Whether states are recorded.

    """

    folder: Path
    port: int
    domain: str
    hosts: Sequence[str] = ()
    options: dict[str, str | int] = field(default_factory=dict)
    more: str = ""
    archive: Path | None = None
    history: bool = True


def _integration(settings: Settings) -> str:
    """Return the YAML of the integration that is shown; none if no speaker is named in it."""
    if not (settings.domain and settings.hosts):
        return ""
    template, indent = (_CORES, "    ") if settings.domain == "sonos" else (_OURS, "  ")
    more = "".join(f"{indent}{key}: {value}\n" for key, value in settings.options.items())
    return template.format(hosts=", ".join(settings.hosts), more=more)


def _store(folder: Path, key: str, version: int, minor_version: int, data: dict[str, Any]) -> None:
    """Write a file as Home Assistant's storage helper writes it."""
    content = {"version": version, "minor_version": minor_version, "key": key, "data": data}
    (folder / key).write_text(json.dumps(content, indent=2))


def write(settings: Settings) -> None:
    """Make the configuration folder anew."""
    config = settings.folder
    shutil.rmtree(config, ignore_errors=True)
    storage = config / ".storage"
    storage.mkdir(parents=True)
    (config / "configuration.yaml").write_text(
        _YAML.format(
            port=settings.port,
            integration=_integration(settings),
            history=_HISTORY if settings.history else "",
        )
        + settings.more
    )
    if settings.archive:
        with zipfile.ZipFile(settings.archive) as archive:
            archive.extractall(config / "custom_components" / settings.domain)
    elif settings.domain != "sonos":
        (config / "custom_components").symlink_to(ROOT / "custom_components")
    if settings.domain != "sonos":
        # Home Assistant looks for blueprints behind no link.
        shutil.copytree(BLUEPRINTS, config / "blueprints" / "automation" / BLUEPRINTS.name)
    _store(
        storage,
        "onboarding",
        4,
        1,
        {"done": ["user", "core_config", "analytics", "integration"]},
    )
    _store(storage, "analytics", 1, 1, {"onboarded": True, "preferences": {}, "uuid": None})
    _store(
        storage,
        "auth",
        1,
        1,
        {
            "users": [
                {
                    "id": OWNER,
                    "group_ids": ["system-admin"],
                    "is_owner": True,
                    "is_active": True,
                    "name": _OWNER_NAME,
                    "system_generated": False,
                    "local_only": True,
                }
            ],
            "groups": [
                {"id": "system-admin", "name": "Administrators"},
                {"id": "system-users", "name": "Users"},
                {"id": "system-read-only", "name": "Read Only"},
            ],
            "credentials": [],
            "refresh_tokens": [],
        },
    )
    # In YAML another port is a trial that Home Assistant takes back after five minutes.
    _store(
        storage,
        "http",
        2,
        2,
        {
            "stable": {
                "server_host": ["127.0.0.1"],
                "server_port": settings.port,
                "cors_allowed_origins": [],
                "login_attempts_threshold": -1,
                "ip_ban_enabled": False,
                "ssl_profile": "modern",
                "use_x_frame_options": True,
                "created_at": datetime.now(UTC).isoformat(),
                "error": None,
                "error_message": None,
            },
            "pending": None,
            "yaml_migration_done": True,
        },
    )
