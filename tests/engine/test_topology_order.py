"""Which of two pictures of the household is the newer one."""

from custom_components.sonos_twisted.engine.topology_order import TopologyOrder
from custom_components.sonos_twisted.model import Topology
from custom_components.sonos_twisted.model.topology import VanishedDevice

QUICK, SLOW = "RINCON_Q", "RINCON_S"


def picture(number: int) -> Topology:
    """Make a topology that differs from those of other numbers."""
    return Topology((), (VanishedDevice(str(number), "", ""),))


A, B, C = picture(1), picture(2), picture(3)


def test_nothing_is_known_at_first() -> None:
    assert TopologyOrder().latest is None


def test_each_new_picture_is_news() -> None:
    order = TopologyOrder()
    assert [order.is_news(QUICK, shown) for shown in (A, B, C)] == [True, True, True]
    assert order.latest is C


def test_a_picture_that_another_speaker_sent_already_is_none() -> None:
    order = TopologyOrder()
    order.is_news(QUICK, A)
    assert not order.is_news(SLOW, A)


def test_a_repeated_picture_is_none() -> None:
    """The initial event after a renewal from scratch says what is known."""
    order = TopologyOrder()
    order.is_news(QUICK, A)
    assert not order.is_news(QUICK, A)


def test_a_slow_speaker_does_not_bring_the_past_back() -> None:
    """It catches up with the quick one, step by step, and then has news of its own."""
    order = TopologyOrder()
    for shown in (A, B, C):
        order.is_news(QUICK, shown)
    assert not any(order.is_news(SLOW, shown) for shown in (A, B, C))
    assert order.latest is C
    assert order.is_news(SLOW, A)
    assert order.latest is A


def test_returning_to_an_earlier_state_is_news() -> None:
    """Rooms that are grouped and ungrouped again look as they did before."""
    order = TopologyOrder()
    assert [order.is_news(QUICK, shown) for shown in (A, B, A)] == [True, True, True]
    assert not any(order.is_news(SLOW, shown) for shown in (A, B, A))


def test_a_forgotten_speaker_begins_anew() -> None:
    """After a reboot it may start with a picture that it had sent long before."""
    order = TopologyOrder()
    for shown in (A, B, A):
        order.is_news(QUICK, shown)
    order.forget(QUICK)
    assert not order.is_news(QUICK, B)
    order.forget("RINCON_UNKNOWN")


def test_memory_is_bounded() -> None:
    """Pictures of long ago are forgotten; a speaker that still sends one is believed."""
    order = TopologyOrder()
    order.is_news(SLOW, picture(0))
    for number in range(1, 100):
        assert order.is_news(QUICK, picture(number))
    assert not order.is_news(SLOW, picture(99))
    assert not order.is_news(SLOW, picture(99))
    assert order.is_news(SLOW, picture(0))
    assert len(order._pictures) <= 32


def test_who_says_something_else_than_the_newest_disagrees() -> None:
    order = TopologyOrder()
    order.is_news(QUICK, A)
    assert not order.disagrees(QUICK)
    assert not order.disagrees(SLOW), "it has said nothing yet"
    order.is_news(SLOW, A)
    order.is_news(QUICK, B)
    assert order.disagrees(SLOW)
    order.is_news(SLOW, B)
    assert not order.disagrees(SLOW)


def test_who_said_something_long_ago_disagrees() -> None:
    order = TopologyOrder()
    order.is_news(SLOW, picture(0))
    for number in range(1, 100):
        order.is_news(QUICK, picture(number))
    assert order.disagrees(SLOW)


def test_what_was_asked_for_is_the_newest() -> None:
    """It may look like something that was true before."""
    order = TopologyOrder()
    for shown in (A, B):
        order.is_news(QUICK, shown)
    order.is_news(SLOW, A)
    order.trust_next(SLOW)
    assert order.is_trusted(SLOW)
    assert order.is_news(SLOW, A)
    assert order.latest is A
    assert not order.is_trusted(SLOW), "the one after it is an event like any other"


def test_what_was_asked_for_may_be_known() -> None:
    order = TopologyOrder()
    for shown in (A, B):
        order.is_news(QUICK, shown)
    order.trust_next(SLOW)
    assert not order.is_news(SLOW, B)
    assert not order.disagrees(SLOW)


def test_a_forgotten_speaker_is_not_trusted() -> None:
    order = TopologyOrder()
    order.trust_next(SLOW)
    order.forget(SLOW)
    assert not order.is_trusted(SLOW)
