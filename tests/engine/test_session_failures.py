"""Speakers that fail, and what a session makes of it."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from custom_components.sonos_twisted.engine import (
    EventNews,
    HttpStatusError,
    PlayerError,
    PlayerUnreachableError,
    ReachabilityNews,
    SubscriptionLostError,
    UpnpError,
)
from custom_components.sonos_twisted.engine.inspection import IN_FLIGHT_SECONDS, QUIET_SECONDS
from custom_components.sonos_twisted.engine.news import PositionNews, Served, ServedNews
from custom_components.sonos_twisted.engine.reporters import HOUSEHOLD_SERVICES
from custom_components.sonos_twisted.engine.session import (
    DESCRIPTION_SECONDS,
)
from custom_components.sonos_twisted.engine.speaker_link import NOT_ASKED
from custom_components.sonos_twisted.engine.subscription import MAX_RENEWAL_SECONDS

from ..model.payloads import (
    last_change,
    notify as body_of,
)
from .fakes import SILENCE
from .house import (
    ONE,
    OWN_SERVICES,
    THREE,
    TOPOLOGY,
    TWO,
    Command,
    House,
    answer_within,
    host_of,
    live,
)


@pytest.fixture
def dead(running: House) -> House:
    """Return a house in which one speaker is dead, and its renewals are due."""
    running.dead[TWO.address] = PlayerUnreachableError(TWO.address, "cannot be reached")
    running.clock.advance(MAX_RENEWAL_SECONDS)
    return running


def test_a_dead_speaker_is_not_asked_without_a_pause(dead: House) -> None:
    """Each lease asks once; none makes the others ask again before their time."""
    leases = len(dead.session.links[TWO.uid].leases)
    before = len(dead.request.sent) - len(dead.request.open)
    answer_within(dead, 10 * leases)
    asked = Counter(
        sent.service
        for sent in dead.request.sent[before:]
        if host_of(sent) == TWO.address and sent.kind == "RENEW"
    )
    assert max(asked.values()) <= 2
    assert len(asked) >= len(OWN_SERVICES)


def test_a_dead_speaker_is_unreachable(dead: House) -> None:
    dead.news.clear()
    answer_within(dead, 100)
    assert dead.told(ReachabilityNews) == [
        ReachabilityNews(TWO.uid, False, "192.0.2.12 cannot be reached")
    ]


def test_a_speaker_that_answers_nothing_but_sends_events(dead: House) -> None:
    """It does not come and go with each event; once they end, it is gone."""
    answer_within(dead, 100)
    dead.news.clear()
    for seq in range(1, 21):
        assert (
            dead.send(*dead.lease("AVTransport", TWO), last_change(f'<A val="{seq}"/>'), seq) == 200
        )
        live(dead, 3)
    assert [news.reachable for news in dead.told(ReachabilityNews)] == [True]
    live(dead, 100)
    assert [news.reachable for news in dead.told(ReachabilityNews)] == [True, False]


def test_a_dead_speaker_reports_nothing_for_others(dead: House) -> None:
    answer_within(dead, 100)
    dead.answer()
    for service, count in HOUSEHOLD_SERVICES.items():
        assert len(dead.reporters(service) - {TWO.uid}) == count


def test_how_often_a_dead_speaker_is_asked(dead: House) -> None:
    """Seldom enough for an hour of it to pass unnoticed."""
    answer_within(dead, 100)
    before = len(dead.request.sent)
    for _ in range(600):
        dead.clock.advance(1)
        answer_within(dead, 100)
    asked = [s for s in dead.request.sent[before:] if host_of(s) == TWO.address]
    assert 0 < len(asked) < 150


def test_a_speaker_that_comes_back(dead: House) -> None:
    """It is reachable again by itself, within the longest wait."""
    answer_within(dead, 100)
    live(dead, 900)
    dead.dead.clear()
    dead.news.clear()
    live(dead, 61)
    assert ReachabilityNews(TWO.uid, True) in dead.told(ReachabilityNews)
    assert dead.held()[TWO.uid] >= OWN_SERVICES


def test_a_sign_of_life_ends_all_waits(dead: House) -> None:
    answer_within(dead, 100)
    live(dead, 900)
    dead.dead.clear()
    dead.session.heard_of(TWO.uid)
    dead.answer()
    assert dead.held()[TWO.uid] >= OWN_SERVICES


def test_one_failed_renewal_is_no_reason_to_doubt(running: House) -> None:
    """The others are asked before anything is believed."""
    running.news.clear()
    running.clock.advance(MAX_RENEWAL_SECONDS)
    (failing,) = (
        sent
        for sent in running.request.open
        if (host_of(sent), sent.service) == (TWO.address, "AVTransport")
    )
    failing.fail(PlayerUnreachableError(TWO.address, "does not answer"))
    running.answer()
    assert running.told(ReachabilityNews) == []
    live(running, 2)
    assert running.held()[TWO.uid] >= OWN_SERVICES


def test_a_speaker_that_forgot_everything(running: House) -> None:
    """412 to every renewal: subscribed anew at once, and not a word about it."""
    running.news.clear()
    running.dead[TWO.address] = SubscriptionLostError(TWO.address)
    running.clock.advance(MAX_RENEWAL_SECONDS)
    for sent in running.request.open:
        running._answer(sent)
    running.dead.clear()
    running.answer()
    assert running.held()[TWO.uid] >= OWN_SERVICES
    assert running.told(ReachabilityNews) == []


def test_a_goodbye(running: House) -> None:
    """Events that are still on their way do not bring the speaker back; an announcement does."""
    running.news.clear()
    running.session.said_goodbye(TWO.uid, "sleeping")
    sent, sid = running.lease("RenderingControl", TWO)
    running.send(sent, sid, body_of({"Volume": "20"}), 1)
    assert running.told(ReachabilityNews) == [
        ReachabilityNews(TWO.uid, False, "192.0.2.12 has left (sleeping)")
    ]
    running.session.heard_of(TWO.uid)
    running.answer()
    assert running.told(ReachabilityNews)[1:] == [ReachabilityNews(TWO.uid, True)]
    running.session.said_goodbye("RINCON_UNKNOWN", "sleeping")


def test_a_speaker_that_said_goodbye_does_not_come_back_by_our_own_doing(running: House) -> None:
    """Nothing that we ask it shows that it is there; only its answer does."""
    live(running, 241)
    running.dead[THREE.address] = SILENCE
    running.session.said_goodbye(THREE.uid, "sleeping")
    running.news.clear()
    for _ in range(200):
        running.clock.advance(1)
        # It takes ten seconds to find out that a speaker does not answer.
        late = [sent for sent in running.request.open if host_of(sent) != THREE.address]
        for sent in late:
            running._answer(sent)
    assert any(host_of(sent) == THREE.address for sent in running.request.open)
    assert running.told(ReachabilityNews) == []


@pytest.mark.parametrize("grants_again", [False, True])
def test_a_speaker_that_grants_nothing_but_does_as_it_is_told(
    dead: House, grants_again: bool
) -> None:
    """It can be used all the same: it is asked for its state, and stays available."""
    dead.states[TWO.address] = {"RenderingControl": {"volume": "33"}}
    dead.news.clear()
    live(dead, 900)
    assert dead.told(ReachabilityNews) == []
    assert dead.told(ServedNews) == [ServedNews(TWO.uid, Served.BY_POLLING)]
    assert "33" in {news.variables.get("volume") for news in dead.told(EventNews)}
    if grants_again:
        dead.dead.clear()
        live(dead, 75)
        assert dead.told(ServedNews)[-1] == ServedNews(TWO.uid, Served.BY_EVENTS)


def test_a_speaker_that_comes_back_without_granting_anything(dead: House) -> None:
    """It is still asked, now and then, whether it answers."""
    live(dead, 900)
    assert dead.told(ReachabilityNews)[-1].reachable is False
    dead.states[TWO.address] = {"RenderingControl": {"volume": "33"}}
    dead.news.clear()
    live(dead, 100)
    assert dead.told(ReachabilityNews) == [ReachabilityNews(TWO.uid, True)]
    assert dead.told(ServedNews)[-1:] in ([], [ServedNews(TWO.uid, Served.BY_POLLING)])
    assert "33" in {news.variables.get("volume") for news in dead.told(EventNews)}


def test_how_often_a_dead_speaker_is_asked_a_question(dead: House) -> None:
    """Each takes a thread for as long as a request may take."""
    live(dead, 900)
    before = len(dead.runner.asked)
    live(dead, 600)
    asked = [each for each in dead.runner.asked[before:] if each.host == TWO.address]
    assert 0 < len([each for each in asked if each.name == "read"]) <= 20


def test_a_command_that_was_answered_brings_a_speaker_back(dead: House) -> None:
    live(dead, 100)
    assert dead.told(ReachabilityNews)[-1].reachable is False
    dead.news.clear()
    dead.session.answered("192.0.2.12:1400")
    assert dead.told(ReachabilityNews) == [ReachabilityNews(TWO.uid, True)]


@pytest.mark.parametrize("seed", range(8))
def test_a_lost_last_event_is_found_out_whatever_else_goes_wrong(house: House, seed: int) -> None:
    """Within five minutes of the end of the faults, for each service of each speaker.

    One of them never answers a question, which makes its leases be verified again and again.
    """
    dice = Random(seed)  # noqa: S311, not for secrets
    house.start(ONE)
    house.answer()
    addresses = [room.address for room in (ONE, TWO, THREE)]
    services = sorted({service for _, service in house.session.leases})
    for _ in range(dice.randrange(100, 1500)):
        host, service = dice.choice(addresses), dice.choice(services)
        errors = (SILENCE, SubscriptionLostError(host), HttpStatusError(host, "SUBSCRIBE", 503))
        happens = dice.choices(("nothing", "declines", "dies", "hangs", "heals"), (80, 6, 3, 3, 8))
        match happens[0]:
            case "declines":
                house.declined[host, service] = dice.choice(errors)
            case "dies":
                house.dead[host] = SILENCE
            case "hangs":
                house.hanging.add(host)
            case "heals":
                house.session.answered(f"{host}:1400")
                for faults in (house.dead, house.declined, house.hanging):
                    faults.clear()
        live(house, 1)
    house.dead.clear()
    house.declined.clear()
    house.hanging = {ONE.address}
    # From here on nobody sends an event of his own accord. Whatever was lost, be it in this second,
    # is told by the first event of the next subscription.
    house.news.clear()
    live(house, 300)
    told = {(news.uid, news.service) for news in house.told(EventNews)}
    assert told >= {key for key in house.session.leases if key[1] in OWN_SERVICES}
    assert len(house.session.leases) == 3 * len(OWN_SERVICES) + 4


def test_an_answer_is_a_sign_of_life(dead: House) -> None:
    answer_within(dead, 100)
    dead.dead.clear()
    dead.session.answered("192.0.2.12:1400")
    dead.answer()
    assert dead.held()[TWO.uid] >= OWN_SERVICES


@pytest.fixture
def polled(house: House) -> House:
    """Return a house of whose second speaker no events arrive, so that it is asked."""
    house.dead[TWO.address] = PlayerError(TWO.address, "declines")
    house.start(ONE)
    house.answer()
    house.clock.advance(DESCRIPTION_SECONDS)
    house.news.clear()
    return house


def reading(house: House) -> Command:
    """Return what the second speaker is being asked."""
    return next(asked for asked in house.runner.open("read") if asked.host == TWO.address)


def test_answers_take_the_place_of_events(polled: House) -> None:
    state = {
        "AVTransport": {"transport_state": "PLAYING", "relative_time_position": "0:01:02"},
        TOPOLOGY: {"zone_group_state": polled.topology},
    }
    reading(polled).answer.callback(state)
    (news,) = polled.told(EventNews)
    assert news.variables == {"transport_state": "PLAYING"}
    (position,) = polled.told(PositionNews)
    assert position.uid == TWO.uid
    assert polled.told(ReachabilityNews) == [ReachabilityNews(TWO.uid, True)]


def test_no_more_asking_when_events_arrive(polled: House) -> None:
    polled.dead.clear()
    live(polled, 61)
    assert polled.told(ServedNews)[-1] == ServedNews(TWO.uid, Served.BY_EVENTS)
    asked = len([each for each in polled.runner.asked if each.name == "read"])
    live(polled, 100)
    assert len([each for each in polled.runner.asked if each.name == "read"]) == asked


def test_a_speaker_that_cannot_be_asked_either(polled: House) -> None:
    """Its leases find out, and then it is unreachable."""
    polled.dead[TWO.address] = PlayerUnreachableError(TWO.address, "does not answer")
    reading(polled).answer.errback(polled.dead[TWO.address])
    for _ in range(70):
        polled.clock.advance(1)
        answer_within(polled, 100)
    assert polled.told(ReachabilityNews)[-1].reachable is False


def test_a_speaker_that_declines_to_answer(polled: House) -> None:
    """It answers, so it can be reached."""
    reading(polled).answer.errback(UpnpError(TWO.address, "GetVolume", 501))
    assert polled.told(ReachabilityNews) == [ReachabilityNews(TWO.uid, True)]


def test_events_that_stop_silently(running: House) -> None:
    """The speaker answers something else than it told, and goes on doing so."""
    sent, sid = running.lease("AVTransport", TWO)
    running.send(sent, sid, last_change('<TransportState val="STOPPED"/>'), 1)
    before = running.kinds(TWO)["SUBSCRIBE"]
    plays = {TWO.address: {"AVTransport": {"transport_state": "PLAYING"}}}
    for seconds in (QUIET_SECONDS, IN_FLIGHT_SECONDS):
        running.clock.advance(seconds)
        for asked in running.runner.open("read"):
            asked.answer.callback(plays.get(asked.host, {}))
        running.answer()
    assert running.kinds(TWO)["SUBSCRIBE"] == before + 1


# Nobody is to be asked


@pytest.fixture
def left_alone(house: House) -> House:
    """Return a house of whose second speaker no events arrive, and nobody is asked instead."""
    session = house.session
    session._context = replace(session._context, poll_fallback=False)
    house.dead[TWO.address] = PlayerError(TWO.address, "declines")
    house.start(ONE)
    house.answer()
    house.clock.advance(DESCRIPTION_SECONDS)
    return house


def test_without_events_and_without_asking(left_alone: House) -> None:
    """It counts as unavailable, says why, and comes back with its events."""
    served = [news for news in left_alone.told(ServedNews) if news.uid == TWO.uid]
    assert served == [ServedNews(TWO.uid, Served.NOT_AT_ALL)]
    told = [news for news in left_alone.told(ReachabilityNews) if news.uid == TWO.uid]
    assert told[-1] == ReachabilityNews(TWO.uid, reachable=False, reason=NOT_ASKED)
    live(left_alone, 100)
    asked = left_alone.runner.asked
    assert not [each for each in asked if (each.name, each.host) == ("read", TWO.address)]
    left_alone.news.clear()
    left_alone.dead.clear()
    live(left_alone, 61)
    assert left_alone.told(ServedNews) == [ServedNews(TWO.uid, Served.BY_EVENTS)]
    assert left_alone.told(ReachabilityNews)[-1] == ReachabilityNews(TWO.uid, reachable=True)


def test_out_of_reach_and_not_to_be_asked(left_alone: House) -> None:
    """The reason is that it cannot be reached; when it can be, its events are missing again."""
    left_alone.session.said_goodbye(TWO.uid, "sleeping")
    left_alone.news.clear()
    left_alone.session.heard_of(TWO.uid)
    left_alone.session.answered(TWO.address)
    told = [news for news in left_alone.told(ReachabilityNews) if news.uid == TWO.uid]
    assert told[-1] == ReachabilityNews(TWO.uid, reachable=False, reason=NOT_ASKED)
