"""Reading the bodies of NOTIFY requests."""

from collections.abc import Callable
import copy

from hypothesis import given, strategies as st
import pytest
from soco.utils import camel_to_underscore

from custom_components.sonos_twisted.model import (
    MalformedNotification,
    Variables,
    merge_variables,
    parse_notification,
)
from custom_components.sonos_twisted.model.markup import MAX_TAGS
from custom_components.sonos_twisted.model.notification import (
    MAX_CHANNELS,
    is_too_large,
    variable_name,
)

from .payloads import FIXTURES, QUEUE, RCS, didl, last_change, notify, propertyset

as_soco: Callable[[str], str] = camel_to_underscore

NAMES = (FIXTURES / "variable_names.txt").read_text().split()


def test_plain_variables() -> None:
    """Most services send each variable as a property of its own."""
    body = notify({"ZoneName": "Bath & Spa", "IsIdle": "1", "Icon": ""})
    assert parse_notification(body) == {"zone_name": "Bath & Spa", "is_idle": "1", "icon": ""}


def test_last_change() -> None:
    """AVTransport wraps its variables into one; values stand in an attribute, or as text."""
    body = last_change(
        '<TransportState val="PLAYING"/><r:SleepTimerGeneration val="3"/>'
        "<CurrentTrack>7</CurrentTrack><NextTrackURI/>"
    )
    assert parse_notification(body) == {
        "transport_state": "PLAYING",
        "sleep_timer_generation": "3",
        "current_track": "7",
        "next_track_uri": "",
    }


def test_values_per_channel() -> None:
    """RenderingControl sends some variables once per channel."""
    body = last_change(
        '<Volume channel="Master" val="30"/><Volume channel="LF" val="100"/><Bass val="-2"/>',
        namespace=RCS,
    )
    assert parse_notification(body) == {"volume": {"Master": "30", "LF": "100"}, "bass": "-2"}


def test_channels_replace_a_value_without() -> None:
    """The channels win, whatever stood there before."""
    body = last_change('<Mute val="1"/><Mute channel="Master" val="0"/>')
    assert parse_notification(body) == {"mute": {"Master": "0"}}


@pytest.mark.parametrize(
    ("namespace", "instance"),
    [
        (QUEUE, "QueueID"),
        ("urn:schemas-upnp-org:metadata-1-0/VLI/", "InstanceID"),
        ("x", "QueueID"),
    ],
)
def test_namespaces_do_not_matter(namespace: str, instance: str) -> None:
    """The Queue service has a name of its own for the instance; namespaces don't matter."""
    body = last_change('<UpdateID val="4"/>', namespace=namespace, instance=instance)
    assert parse_notification(body) == {"update_id": "4"}


def test_the_first_instance_counts() -> None:
    """Players use instance 0; other elements beside it are skipped."""
    event = (
        '<Event><Other/><InstanceID val="0"><A val="1"/></InstanceID>'
        '<InstanceID val="1"><A val="2"/></InstanceID></Event>'
    )
    assert parse_notification(notify({"LastChange": event})) == {"a": "1"}


@pytest.mark.parametrize("text", ["", "  \n", "<Event/>", "<Event><Other/></Event>"])
def test_nothing_in_last_change(text: str) -> None:
    """A LastChange without content says nothing, and that is fine."""
    assert parse_notification(notify({"LastChange": text, "ZoneName": "Den"})) == {
        "zone_name": "Den"
    }


def test_no_variables() -> None:
    """A propertyset may be empty."""
    assert parse_notification(propertyset()) == {}


def test_metadata_stays_text() -> None:
    """Metadata is unwrapped to the DIDL-Lite text and not read."""
    metadata = didl("<dc:title>A &amp; B</dc:title>")
    attribute = metadata.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    body = last_change(f'<CurrentTrackMetaData val="{attribute}"/>')
    assert parse_notification(body) == {"current_track_meta_data": metadata}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(
            '<Event><InstanceID><TransportState val="PLAYING"/><CurrentTrackURI val="http://x?a=1&b"/>'
            "</InstanceID></Event>",
            {"transport_state": "PLAYING", "current_track_uri": "http://x?a=1&b"},
            id="bare ampersand",
        ),
        pytest.param(
            '<Event><InstanceID><TransportState val="STOPPED"/><CurrentTrack val="4',
            {"transport_state": "STOPPED"},
            id="cut off in an element",
        ),
        pytest.param(
            '<Event><InstanceID><A val="1"/><B>half',
            {"a": "1", "b": "half"},
            id="cut off in a text",
        ),
    ],
)
def test_damaged_last_change(event: str, expected: Variables) -> None:
    """What is left of a damaged LastChange is used, what was lost is not made empty."""
    assert parse_notification(notify({"LastChange": event})) == expected


def test_comments_and_instructions_are_skipped() -> None:
    """They are no variables, and don't cut texts in two."""
    body = propertyset("<!-- a --><A>1<!-- b -->2</A><?pi?>")
    assert parse_notification(body) == {"a": "12"}


def test_white_space_around_the_document() -> None:
    """An XML declaration is read even when it is not quite at the start."""
    body = b'\n<?xml version="1.0"?>' + notify({"A": "1"}) + b"\n"
    assert parse_notification(body) == {"a": "1"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"   ", "empty"),
        (b"not xml", "not well-formed XML"),
        (notify({"A": "1"})[:-9], "not well-formed XML"),
        (b"<html/>", "not a propertyset"),
        (notify({"A": "\N{LATIN SMALL LETTER E WITH ACUTE}"}).replace(b"\xc3", b""), "well-formed"),
        (notify({"A": "1"}).replace(b"1", b"\0"), "contains NUL"),
        (notify({"A": "1"}).decode().encode("utf-16"), "contains NUL"),
        (b"<!DOCTYPE a []>" + notify({"A": "1"}), "document type declaration"),
        (propertyset("<A>&undefined;</A>"), "not well-formed XML"),
        (propertyset("<A>" * 300), "not well-formed XML"),
        (propertyset("<A/>" * MAX_TAGS), "too many elements"),
        (last_change("<A/>" * MAX_TAGS), "too many elements"),
        (last_change("<A/>" * MAX_TAGS).replace(b"&lt;", b"&#60;"), "too many elements"),
        (notify({"LastChange": "no XML"}), "LastChange"),
        (notify({"LastChange": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), "LastChange"),
    ],
)
def test_malformed(body: bytes, reason: str) -> None:
    """A body that cannot be read raises one exception, with a reason of one line."""
    with pytest.raises(MalformedNotification, match=reason) as caught:
        parse_notification(body)
    assert "\n" not in str(caught.value)


def test_malformed_quotes_nothing() -> None:
    """A body may hold private things, and messages end up in logs."""
    with pytest.raises(MalformedNotification) as caught:
        parse_notification(b"<secret>private</public>")
    assert "secret" not in str(caught.value)
    assert "private" not in str(caught.value)
    assert "public" not in str(caught.value)


def test_a_declared_encoding_is_not_believed() -> None:
    """Players send UTF-8; another encoding could hide what is refused."""
    body = b'<?xml version="1.0" encoding="UTF-7"?>' + notify({"A": "1"})
    assert parse_notification(body) == {"a": "1"}


@pytest.mark.parametrize("name", [*NAMES, "ZonePlayerUUIDsInGroup", "A", "aB", "ABc", "a_B"])
def test_names_as_soco_spells_them(name: str) -> None:
    """Whoever knows the names from soco finds them here."""
    assert variable_name(name) == as_soco(name)
    assert variable_name(f"{{urn:some-namespace}}{name}") == as_soco(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("TransportState", "transport_state"),
        ("ZonePlayerUUIDsInGroup", "zone_player_uui_ds_in_group"),
        ("ContainerUpdateIDs", "container_update_i_ds"),
        ("AVTransportURIMetaData", "av_transport_uri_meta_data"),
    ],
)
def test_names_of_variables(name: str, expected: str) -> None:
    """Abbreviations give odd names, which are kept."""
    assert variable_name(name) == expected


@given(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True))
def test_any_name_as_soco_spells_it(name: str) -> None:
    """The rule is the same for names that no player sends yet."""
    assert variable_name(name) == as_soco(name)


def read_or_refuse(body: bytes) -> None:
    """Read a body, or see it refused with a message of one line."""
    try:
        parse_notification(body)
    except MalformedNotification as error:
        assert "\n" not in str(error)  # noqa: PT017


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Whatever comes, there is a result or the one exception."""
    read_or_refuse(body)


@given(st.data())
def test_damaged_bodies_are_read_or_refused(data: st.DataObject) -> None:
    """The same for bodies that are nearly right."""
    body = bytearray(last_change('<Volume channel="LF" val="3"/><A>&amp;</A>', namespace=RCS))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    read_or_refuse(bytes(body))


@pytest.mark.parametrize(
    ("older", "newer", "merged"),
    [
        ({"a": "1", "b": "1"}, {"b": "2", "c": "2"}, {"a": "1", "b": "2", "c": "2"}),
        (
            {"volume": {"Master": "1", "LF": "1"}},
            {"volume": {"Master": "2"}},
            {"volume": {"Master": "2", "LF": "1"}},
        ),
        ({"mute": "1"}, {"mute": {"Master": "0"}}, {"mute": {"Master": "0"}}),
        ({"mute": {"Master": "0"}}, {"mute": "1"}, {"mute": "1"}),
        (
            {"container_update_i_ds": "Q:0,52,FV:2,7"},
            {"container_update_i_ds": "Q:0,53"},
            {"container_update_i_ds": "Q:0,53,FV:2,7"},
        ),
        ({}, {"container_update_i_ds": "Q:0,53"}, {"container_update_i_ds": "Q:0,53"}),
    ],
)
def test_two_events_become_one(older: Variables, newer: Variables, merged: Variables) -> None:
    """Two events become one, and neither of them is changed."""
    before = copy.deepcopy((older, newer))
    result = merge_variables(older, newer)
    assert result == merged
    for value in result.values():
        assert not any(value is each for each in newer.values() if isinstance(each, dict))
    assert (older, newer) == before


def test_depth_does_no_harm() -> None:
    """Nothing is read below a variable, and nothing that is nested is done by recursion."""
    depth = MAX_TAGS // 2 - 10
    assert parse_notification(propertyset("<A>" * depth + "</A>" * depth)) == {"a": ""}


def test_merging_is_bounded() -> None:
    """However many events come while their receiver is busy, the last one is kept whole."""
    waiting: Variables = {}
    for number in range(30):
        newest: Variables = {f"name_{number}_{each}": "x" * 100 for each in range(2000)}
        waiting = merge_variables(waiting, newest)
        assert newest.items() <= waiting.items()
        assert not is_too_large(waiting)


def test_channels_are_bounded() -> None:
    """Of one variable, too."""
    known: Variables = {}
    for number in range(10 * MAX_CHANNELS):
        known = merge_variables(known, {"volume": {f"c{number}": "1"}})
        assert len(known["volume"]) <= MAX_CHANNELS
    assert merge_variables(known, {"volume": {"Master": "2"}})["volume"]["Master"] == "2"  # type: ignore[index]


TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]))


@given(st.dictionaries(st.sampled_from(NAMES).filter(lambda name: name != "LastChange"), TEXT))
def test_any_text_arrives_as_it_was_sent(variables: dict[str, str]) -> None:
    expected = {variable_name(name): text for name, text in variables.items()}
    assert parse_notification(notify(variables)) == expected


@given(TEXT)
def test_any_last_change_is_read_or_refused(text: str) -> None:
    """Any text for a LastChange gives a result or the one exception."""
    read_or_refuse(notify({"LastChange": text}))
