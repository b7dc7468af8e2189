"""AudioIn, HTControl and VirtualLineIn: what comes into a player from outside."""

from typing import TYPE_CHECKING

from tests.simulator.errors import Code, UpnpError
from tests.simulator.media import LINE_IN
from tests.simulator.table import services_of
from tests.simulator.text import flag
from tests.simulator.transport import PLAYING

from .kinds import nothing, number

if TYPE_CHECKING:
    from tests.simulator.speaker import LineIn, Speaker

    from .kinds import Answer, Arguments, Handler, Variables


# As the app has them, from a telephone to a source that is quiet.
_LEVELS = range(1, 11)


def _line_in(speaker: Speaker) -> LineIn:
    if speaker.line_in is None:
        raise UpnpError(Code.INVALID_ACTION)
    return speaker.line_in


def _attributes(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentName": _line_in(speaker).name, "CurrentIcon": _line_in(speaker).icon}


def _set_attributes(speaker: Speaker, args: Arguments) -> Answer:
    line_in = _line_in(speaker)
    line_in.name, line_in.icon = args["DesiredName"], args["DesiredIcon"]
    speaker.changed("AudioIn")
    return None


def _level(speaker: Speaker, _args: Arguments) -> Answer:
    line_in = _line_in(speaker)
    return {
        "CurrentLeftLineInLevel": str(line_in.left),
        "CurrentRightLineInLevel": str(line_in.right),
    }


def _set_level(speaker: Speaker, args: Arguments) -> Answer:
    line_in = _line_in(speaker)
    left, right = (number(args[f"Desired{side}LineInLevel"]) for side in ("Left", "Right"))
    if not {left, right} <= set(_LEVELS):
        raise UpnpError(Code.INVALID_ARGS)
    line_in.left, line_in.right = left, right
    speaker.changed("AudioIn")
    return None


def _transmit(_speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentTransportSettings": ""}


AUDIO_IN_ACTIONS: dict[str, Handler] = {
    "GetAudioInputAttributes": _attributes,
    "SetAudioInputAttributes": _set_attributes,
    "GetLineInLevel": _level,
    "SetLineInLevel": _set_level,
    "SelectAudio": nothing,
    "StartTransmissionToGroup": _transmit,
    "StopTransmissionToGroup": nothing,
}


def audio_in_variables(speaker: Speaker) -> Variables:
    """Return the evented variables of AudioIn."""
    line_in = _line_in(speaker)
    transport = speaker.transport
    return {
        "AudioInputName": line_in.name,
        "Icon": line_in.icon,
        "LineInConnected": flag(line_in.connected),
        "LeftLineInLevel": str(line_in.left),
        "RightLineInLevel": str(line_in.right),
        "Playing": flag(transport.kind is LINE_IN and transport.state == PLAYING),
    }


def _ir(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentIRRepeaterState": speaker.settings.ir_repeater}


def _set_ir(speaker: Speaker, args: Arguments) -> Answer:
    speaker.settings.ir_repeater = args["DesiredIRRepeaterState"]
    speaker.changed("HTControl")
    return None


def _led_feedback(speaker: Speaker, _args: Arguments) -> Answer:
    return {"LEDFeedbackState": speaker.settings.led_feedback}


def _set_led_feedback(speaker: Speaker, args: Arguments) -> Answer:
    speaker.settings.led_feedback = args["LEDFeedbackState"]
    return None


def _remote(_speaker: Speaker, _args: Arguments) -> Answer:
    return {"RemoteConfigured": "1"}


HT_ACTIONS: dict[str, Handler] = {
    "GetIRRepeaterState": _ir,
    "SetIRRepeaterState": _set_ir,
    "GetLEDFeedbackState": _led_feedback,
    "SetLEDFeedbackState": _set_led_feedback,
    "IsRemoteConfigured": _remote,
    "CommitLearnedIRCodes": nothing,
    "IdentifyIRRemote": nothing,
    "LearnIRCode": nothing,
}


def ht_variables(speaker: Speaker) -> Variables:
    """Return the evented variables of HTControl."""
    settings = speaker.settings
    return {"TOSLinkConnected": flag(settings.toslink), "IRRepeaterState": settings.ir_repeater}


VIRTUAL_ACTIONS: dict[str, Handler] = dict.fromkeys(
    ("Next", "Pause", "Play", "Previous", "SetVolume", "Stop", "StopTransmission"), nothing
) | {"StartTransmission": _transmit}


def virtual_variables(speaker: Speaker) -> Variables:
    """Return the evented variables of VirtualLineIn."""
    evented = services_of(speaker.model.number)["VirtualLineIn"].evented
    state: Variables = {"CurrentTrackMetaData": "", "LastChange": ""}
    return {name: value for name, value in state.items() if name in evented}
