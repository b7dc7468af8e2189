"""RenderingControl and GroupRenderingControl."""

from typing import TYPE_CHECKING

from tests.simulator.errors import Code, UpnpError
from tests.simulator.rendering import CHANNELS, NO_SUB
from tests.simulator.table import services_of
from tests.simulator.text import flag

from .kinds import coordinator_only, nothing, number, truth

if TYPE_CHECKING:
    from tests.simulator.speaker import Speaker

    from .kinds import Answer, Arguments, Handler, Key, Variables

_FULL = 100


def _volume(speaker: Speaker, args: Arguments) -> Answer:
    return {"CurrentVolume": str(speaker.rendering.volume[args["Channel"]])}


def _percentage(text: str) -> int:
    value = number(text)
    if not 0 <= value <= _FULL:
        raise UpnpError(Code.INVALID_ARGS)
    return value


def _changeable(handler: Handler) -> Handler:
    """Let an action fail on a player whose output is fixed."""

    def guarded(speaker: Speaker, arguments: Arguments) -> Answer:
        if speaker.rendering.fixed and arguments["Channel"] == "Master":
            raise UpnpError(Code.ACTION_FAILED)
        return handler(speaker, arguments)

    return guarded


@_changeable
def _set_volume(speaker: Speaker, args: Arguments) -> Answer:
    speaker.rendering.set_volume(_percentage(args["DesiredVolume"]), args["Channel"])
    return None


@_changeable
def _set_relative(speaker: Speaker, args: Arguments) -> Answer:
    rendering, channel = speaker.rendering, args["Channel"]
    rendering.set_volume(rendering.volume[channel] + number(args["Adjustment"]), channel)
    return {"NewVolume": str(rendering.volume[channel])}


@_changeable
def _ramp(speaker: Speaker, args: Arguments) -> Answer:
    target = _percentage(args["DesiredVolume"])
    return {"RampTime": str(speaker.rendering.ramp(args["RampType"], target))}


def _restore_ramp(speaker: Speaker, _args: Arguments) -> Answer:
    speaker.rendering.restore_before_ramp()
    return None


def _mute(speaker: Speaker, args: Arguments) -> Answer:
    return {"CurrentMute": flag(speaker.rendering.mute.get(args["Channel"], False))}


def _set_mute(speaker: Speaker, args: Arguments) -> Answer:
    speaker.rendering.set_mute(on=truth(args["DesiredMute"]), channel=args["Channel"])
    return None


def _bass(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentBass": str(speaker.rendering.bass)}


def _set_bass(speaker: Speaker, args: Arguments) -> Answer:
    speaker.rendering.set_tone("bass", number(args["DesiredBass"]))
    return None


def _treble(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentTreble": str(speaker.rendering.treble)}


def _set_treble(speaker: Speaker, args: Arguments) -> Answer:
    speaker.rendering.set_tone("treble", number(args["DesiredTreble"]))
    return None


def _loudness(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentLoudness": flag(speaker.rendering.loudness)}


def _set_loudness(speaker: Speaker, args: Arguments) -> Answer:
    speaker.rendering.set_loudness(on=truth(args["DesiredLoudness"]))
    return None


def _reset_tone(speaker: Speaker, _args: Arguments) -> Answer:
    speaker.rendering.reset_tone()
    volume = speaker.rendering.volume
    return {
        "Bass": "0",
        "Treble": "0",
        "Loudness": "1",
        "LeftVolume": str(volume["LF"]),
        "RightVolume": str(volume["RF"]),
    }


def _eq(speaker: Speaker, args: Arguments) -> Answer:
    return {"CurrentValue": str(speaker.rendering.equaliser.get(args["EQType"]))}


def _set_eq(speaker: Speaker, args: Arguments) -> Answer:
    speaker.rendering.set_eq(args["EQType"], number(args["DesiredValue"]))
    return None


def _reset_eq(speaker: Speaker, args: Arguments) -> Answer:
    limits = speaker.rendering.equaliser.limits
    if args["EQType"] not in limits:
        raise UpnpError(Code.INVALID_ARGS)
    speaker.rendering.set_eq(args["EQType"], limits[args["EQType"]][2])
    return None


def _fixed(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentFixed": flag(speaker.rendering.fixed)}


def _set_fixed(speaker: Speaker, args: Arguments) -> Answer:
    speaker.rendering.set_fixed(on=truth(args["DesiredFixed"]))
    return None


def _supports_fixed(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentSupportsFixed": flag(speaker.rendering.supports_fixed)}


def _headphones(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentHeadphoneConnected": flag(speaker.rendering.headphones)}


def _require_visible(speaker: Speaker) -> None:
    if speaker.invisible:
        raise UpnpError(Code.ACTION_FAILED)


def _calibration(speaker: Speaker, _args: Arguments) -> Answer:
    _require_visible(speaker)
    return {
        "RoomCalibrationEnabled": flag(speaker.rendering.calibrated),
        "RoomCalibrationAvailable": flag(speaker.rendering.calibration_available),
    }


def _set_calibration(speaker: Speaker, args: Arguments) -> Answer:
    _require_visible(speaker)
    if not speaker.rendering.calibration_available:
        raise UpnpError(Code.ACTION_FAILED)
    speaker.rendering.set_trueplay(on=truth(args["RoomCalibrationEnabled"]), available=True)
    return None


def _decibels(_speaker: Speaker, _args: Arguments) -> Answer:
    raise UpnpError(Code.OPTIONAL_NOT_IMPLEMENTED)


ACTIONS: dict[str, Handler] = {
    "GetVolume": _volume,
    "SetVolume": _set_volume,
    "SetRelativeVolume": _set_relative,
    "RampToVolume": _ramp,
    "RestoreVolumePriorToRamp": _restore_ramp,
    "GetMute": _mute,
    "SetMute": _set_mute,
    "GetBass": _bass,
    "SetBass": _set_bass,
    "GetTreble": _treble,
    "SetTreble": _set_treble,
    "GetLoudness": _loudness,
    "SetLoudness": _set_loudness,
    "ResetBasicEQ": _reset_tone,
    "GetEQ": _eq,
    "SetEQ": _set_eq,
    "ResetExtEQ": _reset_eq,
    "GetOutputFixed": _fixed,
    "SetOutputFixed": _set_fixed,
    "GetSupportsOutputFixed": _supports_fixed,
    "GetHeadphoneConnected": _headphones,
    "GetRoomCalibrationStatus": _calibration,
    "SetRoomCalibrationStatus": _set_calibration,
    "SetChannelMap": nothing,
    "GetVolumeDB": _decibels,
    "SetVolumeDB": _decibels,
    "GetVolumeDBRange": _decibels,
}


# As recorded of a soundbar of 2025; only its firmware knows how speech is enhanced.
_SOUNDBAR_ORDER = (
    "DialogLevel",
    "SpeechEnhanceEnabled",
    "SupportsMaxDialogLevel",
    "SurroundLevel",
    "MusicSurroundLevel",
    "AudioDelay",
    "AudioDelayLeftRear",
    "AudioDelayRightRear",
    "NightMode",
    "SurroundEnabled",
    "SurroundMode",
    "HeightChannelLevel",
)


def _equaliser(speaker: Speaker) -> Variables:
    equaliser, model = speaker.rendering.equaliser, speaker.model
    state = dict(NO_SUB)
    order = (*NO_SUB, *_SOUNDBAR_ORDER)
    known = services_of(model.number)["RenderingControl"].variables
    if "SupportsMaxDialogLevel" not in known:
        # Older firmware answers for its height channels, and tells nothing of them.
        order = tuple(name for name in order if name != "HeightChannelLevel")
    elif model.soundbar:
        state["SpeechEnhanceEnabled"] = "0"
        state["SupportsMaxDialogLevel"] = flag(model.speech_levels)
    for name, (_, _, _, variable) in equaliser.limits.items():
        state[variable] = str(equaliser.values[name])
    return {name: state[name] for name in order if name in state}


def variables(speaker: Speaker) -> Variables:
    """Return the inner variables of LastChange.

    Players tell of a Sub although there is none, and call Trueplay by the name that it had first.
    """
    rendering = speaker.rendering
    state: Variables = {("Volume", name): str(rendering.volume[name]) for name in CHANNELS}
    state |= {("Mute", name): flag(rendering.mute[name]) for name in CHANNELS}
    state |= {
        "Bass": str(rendering.bass),
        "Treble": str(rendering.treble),
        ("Loudness", "Master"): flag(rendering.loudness),
        "OutputFixed": flag(rendering.fixed),
        "HeadphoneConnected": flag(rendering.headphones),
        "SpeakerSize": "6" if speaker.model.soundbar else "3",
    }
    state |= _equaliser(speaker)
    state |= {
        "SonarEnabled": flag(rendering.calibrated),
        "SonarCalibrationAvailable": flag(rendering.calibration_available),
        "PresetNameList": "FactoryDefaults",
    }
    return state


_SUB_VARIABLES = frozenset({"SpeakerSize", *NO_SUB})


def delta(changed: set[Key], state: Variables) -> Variables:
    """Return what is sent: all channels of a variable, and the Sub's settings together."""
    names = {key[0] if isinstance(key, tuple) else key for key in changed}
    if names & _SUB_VARIABLES:
        names |= _SUB_VARIABLES
    return {
        key: value
        for key, value in state.items()
        if (key[0] if isinstance(key, tuple) else key) in names
    }


# -- groups


def _members(speaker: Speaker) -> list[Speaker]:
    return speaker.household.group_of(speaker).members


def group_volume(speaker: Speaker) -> int:
    """Return the volume of a player's group."""
    members = _members(speaker)
    return round(sum(m.rendering.volume["Master"] for m in members) / len(members))


def _snapshot(speaker: Speaker) -> None:
    speaker.group_snapshot = {m.uid: m.rendering.volume["Master"] for m in _members(speaker)}


def set_group_volume(speaker: Speaker, volume: int) -> None:
    """Scale the members' volumes from what they were at the last snapshot.

    A fixed output stays at what it is and counts all the same.
    """
    members = _members(speaker)
    if speaker.group_snapshot.keys() != {member.uid for member in members}:
        _snapshot(speaker)
    volumes = speaker.group_snapshot
    average = sum(volumes.values()) / len(volumes)
    for member in members:
        scaled = volumes[member.uid] * volume / average if average else volume
        member.rendering.set_volume(round(scaled))


def _group_changeable(speaker: Speaker) -> bool:
    return not all(member.rendering.fixed for member in _members(speaker))


def _require_changeable(speaker: Speaker) -> None:
    if not _group_changeable(speaker):
        raise UpnpError(Code.ACTION_FAILED)


_coordinator = coordinator_only(Code.TRANSITION_NOT_AVAILABLE)


@_coordinator
def _group_volume(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentVolume": str(group_volume(speaker))}


@_coordinator
def _set_group_volume(speaker: Speaker, args: Arguments) -> Answer:
    _require_changeable(speaker)
    set_group_volume(speaker, _percentage(args["DesiredVolume"]))
    return None


@_coordinator
def _set_relative_group_volume(speaker: Speaker, args: Arguments) -> Answer:
    _require_changeable(speaker)
    target = max(0, min(_FULL, group_volume(speaker) + number(args["Adjustment"])))
    set_group_volume(speaker, target)
    return {"NewVolume": str(group_volume(speaker))}


@_coordinator
def _snapshot_group_volume(speaker: Speaker, _args: Arguments) -> Answer:
    _snapshot(speaker)
    return None


def group_muted(speaker: Speaker) -> bool:
    """Tell whether a player's whole group is muted."""
    return all(member.rendering.mute["Master"] for member in _members(speaker))


@_coordinator
def _group_mute(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentMute": flag(group_muted(speaker))}


def set_group_mute(speaker: Speaker, *, on: bool) -> None:
    """Mute all members, or end that."""
    for member in _members(speaker):
        member.rendering.set_mute(on=on)


@_coordinator
def _set_group_mute(speaker: Speaker, args: Arguments) -> Answer:
    set_group_mute(speaker, on=truth(args["DesiredMute"]))
    return None


GROUP_ACTIONS: dict[str, Handler] = {
    "GetGroupVolume": _group_volume,
    "SetGroupVolume": _set_group_volume,
    "SetRelativeGroupVolume": _set_relative_group_volume,
    "SnapshotGroupVolume": _snapshot_group_volume,
    "GetGroupMute": _group_mute,
    "SetGroupMute": _set_group_mute,
}


def group_variables(speaker: Speaker) -> Variables:
    """Return the evented variables; a member tells only of itself."""
    if not speaker.is_coordinator:
        rendering = speaker.rendering
        return {
            "GroupMute": flag(rendering.mute["Master"]),
            "GroupVolume": str(rendering.volume["Master"]),
            "GroupVolumeChangeable": "0",
        }
    return {
        "GroupMute": flag(group_muted(speaker)),
        "GroupVolume": str(group_volume(speaker)),
        "GroupVolumeChangeable": flag(_group_changeable(speaker)),
    }
