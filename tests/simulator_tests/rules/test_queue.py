"""The queue knows which track is current, whatever is done to it."""

# mypy: disallow-untyped-calls=False
import itertools

import pytest

from tests.simulator.errors import Code
from tests.simulator.speaker import Speaker

from .steps import People, act, refused


def test_the_queue_keeps_the_current_track_current(people: People, kitchen: Speaker) -> None:
    people.play_tracks("Kitchen", 5)
    transport = kitchen.transport
    transport.seek_track(3)
    current = transport.track
    transport.enqueue([kitchen.household.catalog.resolve("http://music.example/a.mp3")], 1)
    assert (transport.track, transport.track_number) == (current, 4)
    transport.remove(1, 2)
    assert (transport.track, transport.track_number) == (current, 2)
    transport.move(2, 1, 5)
    assert (transport.track, transport.track_number) == (current, 4)
    transport.remove(4)
    assert transport.track_number == 3
    assert transport.state == "TRANSITIONING"
    transport.clear_queue()
    assert transport.state == "STOPPED"
    with refused(Code.QUEUE_EMPTY):
        transport.clear_queue()


@pytest.mark.parametrize("shuffled", [False, True])
def test_any_sequence_of_changes_keeps_queue_and_order_consistent(
    people: People, kitchen: Speaker, shuffled: bool
) -> None:
    people.play_tracks("Kitchen", 4)
    queue = kitchen.transport.queue
    track = kitchen.household.catalog.resolve("http://music.example/a.mp3")
    if shuffled:
        people.set_play_mode("Kitchen", "SHUFFLE")
    changes = [
        lambda: queue.insert([track, track], 2),
        lambda: queue.insert([track]),
        lambda: queue.insert([track], as_next=True),
        lambda: queue.remove(1),
        lambda: queue.remove(2, 2),
        lambda: queue.move(1, 2, 4),
        lambda: queue.move(3, 1, 1),
    ]
    for sequence in itertools.permutations(changes, 4):
        while len(queue) < 6:
            queue.insert([track])
        for change in sequence:
            change()
            assert sorted(queue._order) == list(range(len(queue)))
            assert 0 <= queue.index < len(queue)


def test_changes_for_another_queue_than_this_are_refused(people: People, kitchen: Speaker) -> None:
    people.fill_queue("Kitchen", 4)
    queue = kitchen.transport.queue
    remove = {"StartingIndex": "1", "NumberOfTracks": "1"}
    move = {**remove, "InsertBefore": "4"}
    for action, arguments in (
        ("RemoveTrackRangeFromQueue", remove),
        ("ReorderTracksInQueue", move),
        ("RemoveTrackFromQueue", {"ObjectID": "Q:0/1"}),
    ):
        with refused(Code.INVALID_ARGS):
            act(kitchen, action, **arguments, UpdateID=str(queue.update_id + 1))
    act(kitchen, "ReorderTracksInQueue", **move, UpdateID=str(queue.update_id))
    assert [track.title[-1] for track in queue.tracks] == ["2", "3", "1", "4"]
    act(kitchen, "RemoveTrackRangeFromQueue", **remove, UpdateID="0")
    assert [track.title[-1] for track in queue.tracks] == ["3", "1", "4"]


def test_what_is_not_in_the_queue_cannot_be_changed(people: People, kitchen: Speaker) -> None:
    people.fill_queue("Kitchen", 4)
    for start, count in ((0, 1), (5, 1), (3, 3), (1, 0)):
        with refused(Code.INVALID_ARGS):
            kitchen.transport.remove(start, count)
    for start, count, before in ((0, 1, 2), (3, 3, 1), (1, 1, 6), (1, 3, 2)):
        with refused(Code.INVALID_ARGS):
            kitchen.transport.move(start, count, before)
