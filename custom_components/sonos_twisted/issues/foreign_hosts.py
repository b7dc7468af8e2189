"""Hosts of an entry at which a speaker of another household answers."""

from typing import TYPE_CHECKING

from homeassistant.core import callback

from ..const import CONF_HOSTS
from ..engine import Identity
from ..settings.host_check import async_identify
from .showing import async_clear, async_show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from homeassistant.core import HomeAssistant

    from ..coordinator import SonosTwistedConfigEntry


async def async_check_hosts(
    hass: HomeAssistant,
    entry: SonosTwistedConfigEntry,
    at_home: Iterable[str] = (),
    *,
    is_s1: bool | None = None,
) -> None:
    """Show which of an entry's hosts lead to another household, if any do.

    Args:
        hass: Home Assistant.
        entry: The household's entry.
        at_home: Addresses of the household's own speakers, which are not asked.
        is_s1: Whether the household is of generation S1, if that is known.

    """
    doubtful = [host for host in entry.data[CONF_HOSTS] if host not in set(at_home)]
    answers = await async_identify(hass, doubtful)
    foreign = {
        host: answer
        for host, answer in answers.items()
        if isinstance(answer, Identity) and answer.household_id != entry.unique_id
    }
    # Which generation the household has must be known to say that another one does not go with it.
    older = {
        host: answer
        for host, answer in foreign.items()
        if is_s1 is False and answer.description.generation == 1
    }
    _set(hass, entry, "s1_in_s2", older)
    others = {host: answer for host, answer in foreign.items() if host not in older}
    _set(hass, entry, "other_household", others)


@callback
def _set(
    hass: HomeAssistant, entry: SonosTwistedConfigEntry, key: str, foreign: dict[str, Identity]
) -> None:
    if foreign:
        rooms = (answer.description.room_name for answer in foreign.values())
        async_show(hass, entry, key, hosts=", ".join(foreign), rooms=", ".join(rooms))
    else:
        async_clear(hass, entry, key)
