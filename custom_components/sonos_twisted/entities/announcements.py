"""What sounds over the music for a while."""

from . import ButtonDescription

BUTTONS = (
    ButtonDescription(
        key="cancel_announcement",
        entity_registry_enabled_default=False,
        aspects=frozenset(),
        press=lambda coordinator, speaker: coordinator.announcements.async_cancel([speaker]),
    ),
)
