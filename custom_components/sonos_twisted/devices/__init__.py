"""The devices of a household in Home Assistant's registry, and which of them are stale."""
