"""Moving over from core's ``sonos``: what is refused, and how entries change places. No house."""

from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import CONNECTION_UPNP
from homeassistant.helpers.entity import entity_sources
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.sonos_twisted import moving_over
from custom_components.sonos_twisted.const import CORE_DOMAIN as CORE, DOMAIN
from custom_components.sonos_twisted.moving_over import places, record
from tests.homeassistant.test_moving_over import disabled_by

HOUSEHOLD = "Sonos_Here"
UID = "RINCON_1"


@pytest.fixture
async def ours(hass: HomeAssistant) -> MockConfigEntry:
    """Have a household of ours that runs, as far as Home Assistant knows."""
    assert await async_setup_component(hass, DOMAIN, {})
    entry = MockConfigEntry(domain=DOMAIN, title="Home", unique_id=HOUSEHOLD)
    entry.add_to_hass(hass)
    entry.mock_state(hass, ConfigEntryState.LOADED)
    return entry


@pytest.fixture
def core(hass: HomeAssistant) -> MockConfigEntry:
    """Have an entry of core's that does not run."""
    entry = MockConfigEntry(domain=CORE, title="Sonos")
    entry.add_to_hass(hass)
    hass.config.components.add(CORE)
    return entry


def room(hass: HomeAssistant, entry: MockConfigEntry, uid: str = UID) -> er.RegistryEntry:
    """Add a room to an integration."""
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(entry.domain, uid)},
        connections={(CONNECTION_UPNP, f"uuid:{uid}")},
        name=f"Room {uid}",
        model=f"Of {entry.domain}",
    )
    return er.async_get(hass).async_get_or_create(
        "media_player", entry.domain, uid, config_entry=entry, device_id=device.id
    )


def other(hass: HomeAssistant, entry: MockConfigEntry, unique_id: str) -> er.RegistryEntry:
    """Add something without a device to an integration."""
    return er.async_get(hass).async_get_or_create(
        "sensor", entry.domain, unique_id, config_entry=entry
    )


async def refusal(hass: HomeAssistant, action: str = "take_over") -> ServiceValidationError:
    """Return the error with which an action is refused."""
    with pytest.raises(ServiceValidationError) as refused:
        await hass.services.async_call(DOMAIN, action, {}, blocking=True)
    return refused.value


async def test_without_core_there_is_nothing_to_take_over(
    hass: HomeAssistant, ours: MockConfigEntry
) -> None:
    """An entry of core's that somebody ignores is none."""
    MockConfigEntry(domain=CORE, source=SOURCE_IGNORE).add_to_hass(hass)
    assert (await refusal(hass)).translation_key == "take_over_no_core"


async def test_without_counterparts_there_is_nothing_to_take_over(
    hass: HomeAssistant, ours: MockConfigEntry, core: MockConfigEntry
) -> None:
    """Core would only be disabled."""
    room(hass, core)
    assert (await refusal(hass)).translation_key == "take_over_nothing"


async def test_a_household_that_does_not_run_is_named(
    hass: HomeAssistant, ours: MockConfigEntry, core: MockConfigEntry
) -> None:
    """Disabling core would leave nothing in its place; one that is disabled does not count."""
    room(hass, core)
    MockConfigEntry(domain=DOMAIN, title="Off", disabled_by=ConfigEntryDisabler.USER).add_to_hass(
        hass
    )
    MockConfigEntry(domain=DOMAIN, title="Cellar").add_to_hass(hass)
    error = await refusal(hass)
    assert error.translation_key == "take_over_not_running"
    assert error.translation_placeholders == {"households": "Cellar"}


@pytest.mark.parametrize("unique_id", ["Sonos_Other-favorites", "alarm-Sonos_Other:12"])
async def test_a_household_that_only_core_serves_is_named(
    hass: HomeAssistant, ours: MockConfigEntry, core: MockConfigEntry, unique_id: str
) -> None:
    """It would be lost with core, and so would its rooms."""
    for entry in (core, ours):
        room(hass, entry)
    room(hass, core, "RINCON_2")
    other(hass, core, f"{HOUSEHOLD}-favorites")
    other(hass, core, unique_id)
    error = await refusal(hass)
    assert error.translation_key == "take_over_other_household"
    assert error.translation_placeholders == {
        "households": "Sonos_Other",
        "rooms": "Room RINCON_2",
    }


async def test_nothing_can_be_undone_before_anything_is_done(
    hass: HomeAssistant, ours: MockConfigEntry, core: MockConfigEntry
) -> None:
    """It is refused."""
    assert (await refusal(hass, "undo_take_over")).translation_key == "undo_take_over_nothing"


async def test_only_administrators_may(
    hass: HomeAssistant, ours: MockConfigEntry, hass_read_only_user: MockUser
) -> None:
    """It changes what everybody uses."""
    for action in ("take_over", "undo_take_over"):
        with pytest.raises(Unauthorized):
            await hass.services.async_call(
                DOMAIN, action, {}, blocking=True, context=Context(user_id=hass_read_only_user.id)
            )


@pytest.fixture
def at_rest(hass: HomeAssistant) -> Any:
    """Let config entries be unloaded and set up without doing anything."""
    with (
        patch.object(hass.config_entries, "async_unload", return_value=True) as unload,
        patch.object(hass.config_entries, "async_setup", return_value=True),
    ):
        yield unload


async def test_what_cannot_be_unloaded_is_not_moved(
    hass: HomeAssistant, ours: MockConfigEntry, core: MockConfigEntry, at_rest: AsyncMock
) -> None:
    """It says which integration it is."""
    theirs = room(hass, core)
    room(hass, ours)
    at_rest.side_effect = lambda entry_id, **_: entry_id != ours.entry_id
    with pytest.raises(HomeAssistantError, match="Home could not be unloaded"):
        await moving_over.async_take_over(hass, await moving_over.async_plan(hass))
    at_rest.side_effect = None
    with (
        patch.dict(entity_sources(hass), {theirs.entity_id: {"domain": CORE}}),
        pytest.raises(HomeAssistantError, match=f"{theirs.entity_id} could not be unloaded"),
    ):
        await moving_over.async_take_over(hass, await moving_over.async_plan(hass))
    core.mock_state(hass, ConfigEntryState.FAILED_UNLOAD)
    with pytest.raises(HomeAssistantError, match="sonos could not be unloaded"):
        await moving_over.async_take_over(hass, await moving_over.async_plan(hass))
    assert er.async_get(hass).entities[theirs.entity_id].platform == CORE


async def test_rooms_that_come_later_are_taken_over_later(
    hass: HomeAssistant, ours: MockConfigEntry, core: MockConfigEntry, at_rest: AsyncMock
) -> None:
    """Each keeps what it was before; all of it is undone together, or by the household."""
    registry = er.async_get(hass)
    first = (room(hass, core), room(hass, ours))
    late = room(hass, core, "RINCON_2")
    await moving_over.async_take_over(hass, await moving_over.async_plan(hass))
    assert registry.entities[first[0].entity_id].platform == DOMAIN
    assert registry.entities[late.entity_id].platform == CORE
    second = (late, room(hass, ours, "RINCON_2"))
    later = await moving_over.async_plan(hass)
    assert [pair.theirs.id for pair in later.entities] == [late.id]
    await moving_over.async_take_over(hass, later)
    assert registry.entities[late.entity_id].platform == DOMAIN
    ours.mock_state(hass, ConfigEntryState.LOADED)
    nothing = await moving_over.async_plan(hass)
    assert (nothing.entities, nothing.devices) == ((), ())
    assert nothing.theirs.entities == nothing.ours.entities == ()
    back = await moving_over.async_undo(hass)
    assert back == sorted(theirs.entity_id for theirs, _ in (first, second))
    for theirs, mine in (first, second):
        assert registry.entities[theirs.entity_id].platform == CORE
        assert registry.entities[mine.entity_id].platform == DOMAIN
        assert registry.entities[mine.entity_id].unique_id == mine.unique_id
    assert disabled_by(core) is None


async def test_without_cores_entry_nothing_can_be_undone(
    hass: HomeAssistant, ours: MockConfigEntry, core: MockConfigEntry, at_rest: AsyncMock
) -> None:
    """Nor can anything be given back."""
    mine = [room(hass, entry) for entry in (core, ours)]
    await moving_over.async_take_over(hass, await moving_over.async_plan(hass))
    await hass.config_entries.async_remove(core.entry_id)
    assert (await refusal(hass, "undo_take_over")).translation_key == "undo_take_over_no_core"
    await moving_over.async_give_back(hass, ours)
    assert er.async_get(hass).entities[mine[0].entity_id].platform == DOMAIN


async def test_one_household_of_two_is_given_back(
    hass: HomeAssistant, ours: MockConfigEntry, core: MockConfigEntry, at_rest: AsyncMock
) -> None:
    """Core stays disabled for the other one's sake; an entry that took no part changes nothing."""
    registry = er.async_get(hass)
    second = MockConfigEntry(domain=DOMAIN, title="Cellar", unique_id="Sonos_Cellar")
    second.add_to_hass(hass)
    second.mock_state(hass, ConfigEntryState.LOADED)
    here, cellar = room(hass, core), room(hass, core, "RINCON_2")
    room(hass, ours)
    room(hass, second, "RINCON_2")
    await moving_over.async_give_back(hass, ours)
    await moving_over.async_take_over(hass, await moving_over.async_plan(hass))
    await moving_over.async_give_back(hass, MockConfigEntry(domain=DOMAIN))
    await hass.config_entries.async_remove(second.entry_id)
    assert registry.entities[cellar.entity_id].platform == CORE
    assert registry.entities[here.entity_id].platform == DOMAIN
    assert disabled_by(core) is ConfigEntryDisabler.USER
    held = moving_over._lock(hass)
    async with held:
        await moving_over.async_give_back(hass, ours)
    assert registry.entities[here.entity_id].platform == DOMAIN
    await moving_over.async_undo(hass)
    assert disabled_by(core) is None
    assert registry.entities[here.entity_id].platform == CORE


async def test_who_came_to_an_empty_place_gives_way(
    hass: HomeAssistant, ours: MockConfigEntry, core: MockConfigEntry, at_rest: AsyncMock
) -> None:
    """What core has made anew, after somebody removed what was parked with it, goes again."""
    registry, devices = er.async_get(hass), dr.async_get(hass)
    theirs, mine = room(hass, core), room(hass, ours)
    await moving_over.async_take_over(hass, await moving_over.async_plan(hass))
    registry.async_remove(mine.entity_id)
    devices.async_remove_device(mine.device_id or "")
    registry.deleted_entities.clear()  # as Home Assistant forgets them in the end
    devices._deleted_devices.clear()
    anew = room(hass, core)
    assert (anew.platform, anew.unique_id) == (theirs.platform, theirs.unique_id)
    assert anew.id not in {theirs.id, mine.id}
    assert anew.device_id not in {theirs.device_id, mine.device_id}
    await moving_over.async_undo(hass)
    assert [each.id for each in registry.entities.values()] == [theirs.id]
    (device,) = dr.async_entries_for_config_entry(devices, core.entry_id)
    assert (device.id, device.model) == (theirs.device_id, "Of sonos")


async def test_what_is_gone_does_not_hinder(
    hass: HomeAssistant, ours: MockConfigEntry, core: MockConfigEntry, at_rest: AsyncMock
) -> None:
    """An entity, a device, or what a device was reached by, may be gone when it is undone."""
    registry, devices = er.async_get(hass), dr.async_get(hass)
    theirs, mine = room(hass, core), room(hass, ours)
    alarm, my_alarm = (other(hass, each, f"alarm-{HOUSEHOLD}:1") for each in (core, ours))
    hub = devices.async_get_or_create(config_entry_id=core.entry_id, identifiers={(CORE, "hub")})
    devices.async_update_device(theirs.device_id or "", via_device_id=hub.id)
    await moving_over.async_take_over(hass, await moving_over.async_plan(hass))
    registry.async_remove(alarm.entity_id)
    devices.async_remove_device(hub.id)
    devices.async_remove_device(mine.device_id or "")
    await moving_over.async_undo(hass)
    assert registry.entities.get_entry(alarm.id) is None
    assert registry.entities[my_alarm.entity_id].platform == DOMAIN
    restored = devices.async_get(theirs.device_id or "")
    assert isinstance(restored, dr.DeviceEntry)
    assert (restored.config_entry_id, restored.via_device_id) == (core.entry_id, None)


async def test_the_record_is_the_same_after_a_restart(
    hass: HomeAssistant, ours: MockConfigEntry, core: MockConfigEntry, at_rest: AsyncMock
) -> None:
    """All that it takes to undo is on the disk before anything moves."""
    er.async_get(hass).async_update_entity(
        room(hass, core).entity_id, entity_category=er.EntityCategory.CONFIG
    )
    mine = room(hass, ours)
    dr.async_get(hass).async_update_device(
        mine.device_id or "", entry_type=dr.DeviceEntryType.SERVICE
    )
    core.disabled_by = ConfigEntryDisabler.USER
    expected = record.Record(
        core_entry_id=core.entry_id, core_disabled_by=ConfigEntryDisabler.USER
    ).with_plan(hass, planned := await moving_over.async_plan(hass))
    with (
        patch.object(moving_over, "async_place_entities", side_effect=RuntimeError("killed")),
        pytest.raises(RuntimeError),
    ):
        await moving_over.async_take_over(hass, planned)
    assert await record.async_load(hass) == expected
    before = expected.entities[0].theirs_before
    assert places.stored_entity(before.as_dict()) == before
    await moving_over.async_undo(hass)
    assert disabled_by(core) is ConfigEntryDisabler.USER


@pytest.mark.parametrize("onward", [True, False], ids=["onward", "back"])
async def test_half_of_it_may_have_reached_the_disk(
    hass: HomeAssistant,
    ours: MockConfigEntry,
    core: MockConfigEntry,
    at_rest: AsyncMock,
    onward: bool,
) -> None:
    """Home Assistant saves its registries at different times: here the one of devices was first."""
    registry, devices = er.async_get(hass), dr.async_get(hass)
    theirs, mine = room(hass, core), room(hass, ours)
    their_extra, our_extra = (
        registry.async_get_or_create(
            "switch", each.platform, "extra", config_entry=entry, device_id=each.device_id
        )
        for each, entry in ((theirs, core), (mine, ours))
    )
    registry.async_update_entity(our_extra.entity_id, new_unique_id="another extra")
    await moving_over.async_take_over(hass, await moving_over.async_plan(hass))
    stored = await record.async_load(hass)
    assert stored is not None
    places.async_place_entities(hass, stored.entities_before())
    for each in (their_extra, our_extra):
        registry.async_update_entity(each.entity_id, device_id=each.device_id)

    def seen(entity: er.RegistryEntry) -> tuple[str, str | None, str]:
        now = registry.entities[entity.entity_id]
        device = devices.async_get(now.device_id or "")
        assert now.id == entity.id
        assert device is not None
        return now.platform, now.device_id, device.config_entry_id

    if onward:
        await moving_over.async_take_over(hass, await moving_over.async_plan(hass))
        assert seen(theirs) == (DOMAIN, theirs.device_id, ours.entry_id)
        assert seen(mine) == (CORE, mine.device_id, core.entry_id)
    await moving_over.async_undo(hass)
    for each, entry in ((theirs, core), (their_extra, core), (mine, ours), (our_extra, ours)):
        assert seen(each) == (entry.domain, each.device_id, entry.entry_id)
    assert disabled_by(core) is None
