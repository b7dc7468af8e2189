"""ZoneGroupTopology and GroupManagement."""

from typing import TYPE_CHECKING

from tests.simulator.errors import Code, UpnpError
from tests.simulator.text import escape, flag
from tests.simulator.topology import uuids_in_group

from .kinds import fixed, nothing

if TYPE_CHECKING:
    from tests.simulator.speaker import Speaker

    from .kinds import Answer, Arguments, Handler, Variables


_UPDATES = "http://update-firmware.sonos.example/firmware/Gold"


def _state(speaker: Speaker, _args: Arguments) -> Answer:
    household = speaker.household
    if len(household.speakers) > household.topology_limit:
        # The answer does not fit; only the event carries the topology of a large household.
        raise UpnpError(Code.ACTION_FAILED)
    return {"ZoneGroupState": household.topology_of(speaker)}


def _muse_id(speaker: Speaker) -> str:
    return f"{speaker.household.household_id}.simulated"


def _group_attributes(speaker: Speaker, _args: Arguments) -> Answer:
    variables = topology_variables(speaker)
    return {
        "CurrentZoneGroupName": variables["ZoneGroupName"],
        "CurrentZoneGroupID": variables["ZoneGroupID"],
        "CurrentZonePlayerUUIDsInGroup": variables["ZonePlayerUUIDsInGroup"],
        "CurrentMuseHouseholdId": variables["MuseHouseholdId"],
    }


def _update_item(speaker: Speaker) -> str:
    # Without an update it names the version that the player has.
    software = speaker.available_update or speaker.software
    return (
        '<UpdateItem xmlns="urn:schemas-rinconnetworks-com:update-1-0" Type="Software" '
        f'Version="{escape(software)}" UpdateURL="{escape(_update_url(software))}" '
        f'DownloadSize="0" ManifestURL="{escape(_UPDATES)}/update_manifest.xml"/>'
    )


def _update_url(software: str) -> str:
    return f"{_UPDATES}/{software}-1-1/^{software}"


def _begin_update(speaker: Speaker, args: Arguments) -> Answer:
    version = speaker.available_update
    if not version or args["UpdateURL"] != _update_url(version):
        raise UpnpError(Code.INVALID_ARGS)
    if code := speaker.household.update_plan[2]:
        raise UpnpError(code)
    if speaker.installing:
        raise UpnpError(Code.ACTION_FAILED)
    speaker.installing = True
    speaker.household.install(speaker, version)
    return None


def _check_update(speaker: Speaker, _args: Arguments) -> Answer:
    return {"UpdateItem": _update_item(speaker)}


TOPOLOGY_ACTIONS: dict[str, Handler] = {
    "GetZoneGroupState": _state,
    "GetZoneGroupAttributes": _group_attributes,
    "CheckForUpdate": _check_update,
    "SubmitDiagnostics": fixed(DiagnosticID="1000000001"),
    "ReportUnresponsiveDevice": nothing,
    "ReportAlarmStartedRunning": nothing,
    "RegisterMobileDevice": nothing,
    "BeginSoftwareUpdate": _begin_update,
}


def topology_variables(speaker: Speaker) -> Variables:
    """Return the evented variables; those of the group belong to this player only."""
    household = speaker.household
    group = household.group_of(speaker)
    hidden = speaker.invisible
    return {
        "ZoneGroupState": household.topology_of(speaker),
        "ThirdPartyMediaServersX": "2:simulated",
        "AvailableSoftwareUpdate": _update_item(speaker),
        "AlarmRunSequence": f"{speaker.uid}:{speaker.boot_seq}:{speaker.alarm_runs}",
        "MuseHouseholdId": _muse_id(speaker),
        "ZoneGroupName": "" if hidden else group.name,
        "ZoneGroupID": "" if hidden else group.group_id,
        "ZonePlayerUUIDsInGroup": "" if hidden else uuids_in_group(group),
        "AreasUpdateID": "1",
        "SourceAreasUpdateID": "1",
        "NetsettingsUpdateID": f"{speaker.uid},1",
    }


ACTIONS: dict[str, Handler] = {
    "RemoveMember": nothing,
    "ReportTrackBufferingResult": nothing,
    "SetSourceAreaIds": nothing,
}


def variables(speaker: Speaker) -> Variables:
    """Return the evented variables of GroupManagement."""
    group = speaker.household.group_of(speaker)
    local = group.coordinator is speaker
    return {
        "GroupCoordinatorIsLocal": flag(local),
        "LocalGroupUUID": group.group_id,
        "VirtualLineInGroupID": "",
        "ResetVolumeAfter": "0",
        "VolumeAVTransportURI": "",
    }
