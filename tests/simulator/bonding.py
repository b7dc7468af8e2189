"""What is bonded to what: stereo pairs, Subs, surrounds.

A soundbar's Sub and surrounds are its satellites, in HTSatChanMapSet. Everything else, a pair's
right player or the Sub of a plain player or an Amp, is a hidden member of its own, in
ChannelMapSet.
"""

from typing import TYPE_CHECKING

from .errors import Code, UpnpError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .household import Household
    from .speaker import Speaker

_FRONT = "LF,RF"
_SUB = "SW"
_PAIR = ("LF,LF", "RF,RF")
_SATELLITES = frozenset({_SUB, "LR", "RR", "LR,RR"})
_MEMBERS = frozenset({*_PAIR, _FRONT, "SW,SW", _SUB})


def _parse(text: str) -> list[tuple[str, str]]:
    """Read a channel map: uids with their channels, the main player first."""
    pairs = [part.partition(":") for part in text.split(";") if part]
    return [(uid.strip(), channels.strip()) for uid, _, channels in pairs]


def _write(pairs: Sequence[tuple[str, str]]) -> str:
    return ";".join(f"{uid}:{channels}" for uid, channels in pairs)


def bond(household: Household, main: Speaker, channel_map: str) -> None:
    """Bond players into a pair, or a Sub to a player or pair.

    Raises:
        UpnpError: The map is nonsense, or names a player that is not free or cannot do that.
    """
    pairs = _parse(channel_map)
    if not pairs or pairs[0][0] != main.uid or main.model.theatre:
        raise UpnpError(Code.PAIRING_REFUSED)
    known = {unit.uid for unit in (main, *main.hidden)}
    added = [_free(household, main, uid) for uid, _ in pairs if uid not in known]
    if not added or not {channels for _, channels in pairs} <= _MEMBERS:
        raise UpnpError(Code.PAIRING_REFUSED)
    channels_of = dict(pairs)
    for unit in added:
        if (unit.model.number == "Sub") != (_SUB in channels_of[unit.uid]):
            raise UpnpError(Code.PAIRING_REFUSED)
    for unit in added:
        _hide(household, unit, main)
        main.hidden.append(unit)
    _set_channel_map(main, [pair for pair in pairs if pair[0] in {main.uid, *_uids(main.hidden)}])
    _changed(household, main, added)


def separate(
    household: Household, main: Speaker, channel_map: str = "", *, keep_grouped: bool = False
) -> None:
    """Let players of the map go, or all that are bonded; they stay in the group if that is asked.

    Raises:
        UpnpError: None of them is bonded to the player.
    """
    named = {uid for uid, _ in _parse(channel_map)} - {main.uid}
    gone = [unit for unit in main.hidden if not named or unit.uid in named]
    if not gone:
        raise UpnpError(Code.ACTION_FAILED)
    main.hidden = [unit for unit in main.hidden if unit not in gone]
    left = {main.uid, *_uids(main.hidden)}
    rest = [pair for pair in _parse(main.channel_map) if pair[0] in left]
    if not any(channels == _PAIR[1] for _, channels in rest):
        rest = [(uid, _FRONT if uid == main.uid else channels) for uid, channels in rest]
    _set_channel_map(main, rest if main.hidden else [])
    for unit in gone:
        unit.channel_map = ""
        _show(household, unit)
    _changed(household, main, gone)
    if keep_grouped:
        for unit in gone:
            household.join(unit, household.group_of(main).coordinator.uid)


def add_satellites(household: Household, main: Speaker, channel_map: str) -> None:
    """Add a Sub or surrounds to a home theatre.

    Raises:
        UpnpError: The player is no soundbar, or the map names a player that is not free.
    """
    pairs = _parse(channel_map)
    if not main.model.soundbar or not pairs or pairs[0] != (main.uid, _FRONT):
        raise UpnpError(Code.PAIRING_REFUSED)
    known = set(_uids(main.satellites))
    new = [pair for pair in pairs[1:] if pair[0] not in known]
    taken = {channels for _, channels in _parse(main.satellite_map)}
    for uid, channels in new:
        is_sub = _free(household, main, uid).model.number == "Sub"
        if channels not in _SATELLITES - taken or is_sub != (channels == _SUB):
            raise UpnpError(Code.PAIRING_REFUSED)
    if not new:
        raise UpnpError(Code.PAIRING_REFUSED)
    whole = _parse(main.satellite_map) or [(main.uid, _FRONT)]
    added = [_free(household, main, uid) for uid, _ in new]
    for unit, (uid, channels) in zip(added, new, strict=True):
        _hide(household, unit, main)
        main.satellites.append(unit)
        unit.satellite_map = _write([(main.uid, _FRONT), (uid, channels)])
    main.satellite_map = _write([*whole, *new])
    _changed(household, main, added)


def remove_satellite(household: Household, main: Speaker, uid: str) -> None:
    """Take a Sub or surround out of a home theatre.

    Raises:
        UpnpError: It is not bonded to the player.
    """
    unit = next((unit for unit in main.satellites if unit.uid == uid), None)
    if unit is None:
        raise UpnpError(Code.INVALID_ARGS)
    main.satellites.remove(unit)
    rest = [pair for pair in _parse(main.satellite_map) if pair[0] != uid]
    main.satellite_map = _write(rest) if main.satellites else ""
    unit.satellite_map = ""
    _show(household, unit)
    _changed(household, main, [unit])


def _uids(units: Sequence[Speaker]) -> list[str]:
    return [unit.uid for unit in units]


def _free(household: Household, main: Speaker, uid: str) -> Speaker:
    """Return a player that can be bonded: it is on, visible, and has nothing bonded to it."""
    unit = next((unit for unit in household.speakers if unit.uid == uid), None)
    if unit is None or unit is main or not unit.online or unit.invisible or len(unit.units) > 1:
        raise UpnpError(Code.PAIRING_REFUSED)
    return unit


def _set_channel_map(main: Speaker, pairs: Sequence[tuple[str, str]]) -> None:
    for unit in (main, *main.hidden):
        unit.channel_map = _write(pairs)


def _hide(household: Household, unit: Speaker, main: Speaker) -> None:
    household.take_out(unit)
    unit.primary = main
    unit.room_before, unit.room = unit.room, main.room
    unit.settings.icon = main.settings.icon


def _show(household: Household, unit: Speaker) -> None:
    unit.primary = None
    unit.room = household.free_name(unit.room_before or unit.model.short_name)
    household.stand_alone(unit)


def _changed(household: Household, main: Speaker, units: Sequence[Speaker]) -> None:
    """Tell of new bonds: what is bonded follows, and Trueplay is lost."""
    household.follow_group(main)
    for speaker in (main, *units):
        speaker.rendering.bonds_changed(with_sub=speaker.has_sub)
        speaker.changed("DeviceProperties")
    household.topology_changed()
