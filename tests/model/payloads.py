"""What players send, built from what a test is about."""

from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from custom_components.sonos_twisted.model import Topology, Variables, parse_zone_group_state

FIXTURES = Path(__file__).parent / "fixtures"

AVT = "urn:schemas-upnp-org:metadata-1-0/AVT/"
RCS = "urn:schemas-upnp-org:metadata-1-0/RCS/"
QUEUE = "urn:schemas-sonos-com:metadata-1-0/Queue/"
RINCON = "urn:schemas-rinconnetworks-com:metadata-1-0/"

DIDL_NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:upnp="urn:schemas-upnp-org:metadata-1-0/upnp/" '
    f'xmlns:r="{RINCON}" '
    'xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/"'
)

KITCHEN = "RINCON_0000000000A101400"
OFFICE = "RINCON_0000000000B201400"
STUDY = "RINCON_0000000000C301400"


def propertyset(*properties: str) -> bytes:
    """Wrap the XML of variables as the body of a NOTIFY."""
    inner = "".join(f"<e:property>{variable}</e:property>" for variable in properties)
    xmlns = 'xmlns:e="urn:schemas-upnp-org:event-1-0"'
    return f"<e:propertyset {xmlns}>{inner}</e:propertyset>".encode()


def notify(variables: Mapping[str, str]) -> bytes:
    """Build the body of a NOTIFY with plain variables."""
    return propertyset(*(f"<{name}>{escape(text)}</{name}>" for name, text in variables.items()))


def last_change(content: str, *, namespace: str = AVT, instance: str = "InstanceID") -> bytes:
    """Build the body of a NOTIFY with a LastChange around the XML of its variables."""
    event = (
        f'<Event xmlns="{namespace}" xmlns:r="{RINCON}">'
        f'<{instance} val="0">{content}</{instance}></Event>'
    )
    return notify({"LastChange": event})


def didl(content: str, *, tag: str = "item", attributes: str = 'id="-1" parentID="-1"') -> str:
    """Build a DIDL-Lite document around the XML of an item's children."""
    return f"<DIDL-Lite {DIDL_NAMESPACES}><{tag} {attributes}>{content}</{tag}></DIDL-Lite>"


def track(title: str, artist: str = "Nina Simone", album: str = "Pastel Blues") -> str:
    """Build the metadata of a track from the queue."""
    return didl(
        f'<res protocolInfo="sonos.com-http:*:audio/mpeg:*" duration="0:03:20">x</res>'
        f"<upnp:albumArtURI>/getaa?s=1&amp;u={escape(title)}</upnp:albumArtURI>"
        f"<dc:title>{escape(title)}</dc:title>"
        "<upnp:class>object.item.audioItem.musicTrack</upnp:class>"
        f"<dc:creator>{escape(artist)}</dc:creator><upnp:album>{escape(album)}</upnp:album>"
    )


def queue_event(
    number: int = 1, state: str | None = "PLAYING", *, uid: str = KITCHEN, **others: str
) -> Variables:
    """Build the variables of an AVTransport event of a player that plays track `number`."""
    variables: Variables = {
        "transport_state": state or "",
        "current_play_mode": "NORMAL",
        "current_crossfade_mode": "0",
        "number_of_tracks": "12",
        "current_track": str(number),
        "current_track_uri": f"x-sonos-http:track-{number}.mp3?sid=2",
        "current_track_duration": "0:03:20",
        "current_track_meta_data": track(f"Song {number}"),
        "next_track_uri": f"x-sonos-http:track-{number + 1}.mp3?sid=2",
        "next_track_meta_data": track(f"Song {number + 1}"),
        "enqueued_transport_uri": "x-rincon-cpcontainer:1006206c",
        "enqueued_transport_uri_meta_data": didl(
            "<dc:title>Sunday</dc:title><upnp:class>object.container.playlistContainer</upnp:class>"
        ),
        "av_transport_uri": f"x-rincon-queue:{uid}#0",
        "current_transport_actions": "Set, Play, Stop, Pause, Seek, Next, Previous",
        "current_valid_play_modes": "SHUFFLE,REPEAT,REPEATONE,CROSSFADE",
        "alarm_running": "0",
        "sleep_timer_generation": "3",
        **others,
    }
    if state is None:
        del variables["transport_state"]
    return variables


def radio_event(stream_content: str = "", *, title: str = "stream", **others: str) -> Variables:
    """Build the variables of an AVTransport event of a player that plays a station."""
    uri = "x-sonosapi-stream:s6707?sid=254&flags=8224&sn=0"
    return {
        "transport_state": "PLAYING",
        "current_track": "1",
        "number_of_tracks": "1",
        "current_track_uri": "aac://stream.example/fip/live.aac",
        "current_track_duration": "0:00:00",
        "current_track_meta_data": didl(
            f"<res>{escape(uri)}</res><r:streamContent>{escape(stream_content)}</r:streamContent>"
            f"<dc:title>{escape(title)}</dc:title><upnp:class>object.item</upnp:class>"
        ),
        "enqueued_transport_uri": uri,
        "enqueued_transport_uri_meta_data": didl(
            "<dc:title>FIP</dc:title><upnp:class>object.item.audioItem.audioBroadcast</upnp:class>"
        ),
        "av_transport_uri": uri,
        **others,
    }


def member(uid: str, name: str = "Room", *, inside: str = "", **attributes: str) -> str:
    """Build a ZoneGroupMember."""
    return element("ZoneGroupMember", uid, name, inside, **attributes)


def satellite(uid: str, name: str = "Room", **attributes: str) -> str:
    """Build a Satellite."""
    return element("Satellite", uid, name, "", **attributes)


def element(tag: str, uid: str, name: str, inside: str, **attributes: str) -> str:
    """Build an element of the topology with what each player has."""
    number = int(uid[7:19], 16) % 250 if uid.startswith("RINCON_0") else 1
    attributes = {
        "UUID": uid,
        "Location": f"http://192.168.4.{number}:1400/xml/device_description.xml",
        "ZoneName": name,
        "SoftwareVersion": "85.0-64200",
        "SWGen": "2",
        "BootSeq": "7",
        **attributes,
    }
    text = " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{tag} {text}>{inside}</{tag}>"


def group(coordinator: str, *members: str, number: int = 1) -> str:
    """Build a ZoneGroup."""
    identity = f'Coordinator="{coordinator}" ID="{coordinator}:{number}"'
    return f"<ZoneGroup {identity}>{''.join(members)}</ZoneGroup>"


def zone_group_state(*groups: str, vanished: str = "") -> str:
    """Build a ZoneGroupState."""
    return (
        f"<ZoneGroupState><ZoneGroups>{''.join(groups)}</ZoneGroups>"
        f"<VanishedDevices>{vanished}</VanishedDevices></ZoneGroupState>"
    )


def topology(*groups: str, vanished: str = "") -> Topology:
    """Build a topology by way of its XML."""
    return parse_zone_group_state(zone_group_state(*groups, vanished=vanished))


def grouped(*uids: str) -> str:
    """Build a group of plain rooms, the coordinator first."""
    return group(uids[0], *(member(uid, f"Room {uid[-7:-5]}") for uid in uids))
