"""The mailbox between the reactor thread and the host loop."""

import asyncio
from collections.abc import Iterator
import contextlib
from dataclasses import dataclass
import threading
from typing import Self, override

import pytest

from custom_components.sonos_twisted.engine.mailbox import AT_ONCE, LONGEST_REST, REST, Mailbox

#: Seconds of a delivery; a fraction that floats have.
TOOK = 2**-9


@dataclass(frozen=True)
class Words:
    """News that reads as text."""

    text: str

    def merged_with(self, newer: Self) -> Self:
        """Return both texts."""
        return type(self)(f"{self.text} {newer.text}")


class CountingLoop(asyncio.SelectorEventLoop):
    """A loop that counts how often other threads wake it, and whose time passes when told."""

    wakeups = 0
    now = 1000.0

    @override
    def time(self) -> float:
        """Return the time."""
        return self.now

    @override
    def call_soon_threadsafe(self, *args: object, **kwargs: object) -> asyncio.Handle:
        """Count a wake-up."""
        self.wakeups += 1
        return super().call_soon_threadsafe(*args, **kwargs)  # type: ignore[arg-type]


@pytest.fixture
def loop(loopback: None) -> Iterator[CountingLoop]:
    with contextlib.closing(CountingLoop()) as loop:
        yield loop


def turn(loop: asyncio.AbstractEventLoop) -> None:
    """Let the loop do what it was woken for."""
    loop.run_until_complete(asyncio.sleep(0))


def test_many_posts_wake_the_loop_once(loop: CountingLoop) -> None:
    delivered: list[list[Words]] = []
    mailbox: Mailbox[Words] = Mailbox(loop, delivered.append)
    for number in range(1000):
        mailbox.post(number % 2, Words(str(number)))
    assert loop.wakeups == 1
    assert mailbox.depth == 2
    turn(loop)
    assert len(delivered) == 1
    assert mailbox.depth == 0


def test_news_of_one_key_is_merged(loop: CountingLoop) -> None:
    delivered: list[list[Words]] = []
    mailbox: Mailbox[Words] = Mailbox(loop, delivered.append)
    mailbox.post("kitchen", Words("volume"))
    mailbox.post("office", Words("mute"))
    mailbox.post("kitchen", Words("track"))
    turn(loop)
    assert delivered == [[Words("volume track"), Words("mute")]]


def test_what_comes_after_a_delivery_wakes_again(loop: CountingLoop) -> None:
    delivered: list[list[Words]] = []
    mailbox: Mailbox[Words] = Mailbox(loop, delivered.append)
    mailbox.post("kitchen", Words("one"))
    turn(loop)
    mailbox.post("kitchen", Words("two"))
    turn(loop)
    assert delivered == [[Words("one")], [Words("two")]]


def test_news_posted_while_news_is_delivered(loop: CountingLoop) -> None:
    """It is delivered in the next turn, not lost and not at once."""
    delivered: list[list[Words]] = []

    def deliver(news: list[Words]) -> None:
        delivered.append(news)
        answers.pop()()

    mailbox: Mailbox[Words] = Mailbox(loop, deliver)
    answers = [lambda: None, lambda: mailbox.post("kitchen", Words("two"))]
    mailbox.post("kitchen", Words("one"))
    turn(loop)
    turn(loop)
    assert delivered == [[Words("one")], [Words("two")]]


def test_a_flood_leaves_the_loop_to_others(loop: CountingLoop) -> None:
    """It comes in portions, with a rest after each in which news merges."""
    delivered: list[list[Words]] = []

    def deliver(news: list[Words]) -> None:
        delivered.append(news)
        loop.now += TOOK

    mailbox: Mailbox[Words] = Mailbox(loop, deliver)
    for room in range(AT_ONCE + 1):
        mailbox.post(room, Words("one"))
    turn(loop)
    assert delivered.pop() == [Words("one")] * AT_ONCE
    loop.now += REST * TOOK - TOOK / 2
    mailbox.post(AT_ONCE, Words("two"))
    mailbox.post(0, Words("two"))
    turn(loop)
    assert delivered == []
    loop.now += TOOK / 2
    turn(loop)
    assert delivered == [[Words("one two"), Words("two")]]
    assert loop.wakeups == 1


def test_what_comes_while_the_loop_rests(loop: CountingLoop) -> None:
    """It waits until the rest is over."""
    delivered: list[list[Words]] = []

    def deliver(news: list[Words]) -> None:
        delivered.append(news)
        loop.now += TOOK

    mailbox: Mailbox[Words] = Mailbox(loop, deliver)
    mailbox.post("kitchen", Words("one"))
    turn(loop)
    mailbox.post("office", Words("two"))
    turn(loop)
    assert delivered == [[Words("one")]]
    loop.now += REST * TOOK
    turn(loop)
    assert delivered == [[Words("one")], [Words("two")]]


def test_no_rest_is_long(loop: CountingLoop) -> None:
    """As when the first news lets a hundred rooms appear."""
    delivered: list[Words] = []

    def deliver(news: list[Words]) -> None:
        delivered.extend(news)
        loop.now += 1.0

    mailbox: Mailbox[Words] = Mailbox(loop, deliver)
    mailbox.post("rooms", Words("one"))
    turn(loop)
    mailbox.post("kitchen", Words("two"))
    turn(loop)
    loop.now += LONGEST_REST
    turn(loop)
    assert delivered == [Words("one"), Words("two")]


def test_a_delivery_that_fails(loop: CountingLoop) -> None:
    """The loop logs it, and what comes after it is delivered."""
    failures: list[object] = []
    loop.set_exception_handler(lambda _, context: failures.append(context["exception"]))
    delivered: list[Words] = []

    def deliver(news: list[Words]) -> None:
        delivered.extend(news)
        if len(delivered) == AT_ONCE:
            raise ValueError

    mailbox: Mailbox[Words] = Mailbox(loop, deliver)
    for room in range(AT_ONCE + 1):
        mailbox.post(room, Words(str(room)))
    turn(loop)
    turn(loop)
    mailbox.post("kitchen", Words("next"))
    turn(loop)
    assert [type(failure) for failure in failures] == [ValueError]
    assert delivered[AT_ONCE:] == [Words(str(AT_ONCE)), Words("next")]


def test_a_closed_mailbox_delivers_nothing(loop: CountingLoop) -> None:
    """Not even what it was woken for."""
    delivered: list[list[Words]] = []
    mailbox: Mailbox[Words] = Mailbox(loop, delivered.append)
    mailbox.post("kitchen", Words("one"))
    mailbox.close()
    mailbox.post("kitchen", Words("two"))
    turn(loop)
    assert delivered == []
    assert mailbox.depth == 0


def test_a_loop_that_was_closed_closes_the_mailbox(loop: CountingLoop) -> None:
    """The reactor thread may have news while the host is going away."""
    mailbox: Mailbox[Words] = Mailbox(loop, lambda _: None)
    loop.close()
    mailbox.post("kitchen", Words("one"))
    mailbox.post("kitchen", Words("two"))
    assert mailbox.depth == 0
    assert loop.wakeups == 1


def test_posts_from_many_threads(loop: CountingLoop) -> None:
    """Nothing is lost or said twice, whoever posts while the loop drains."""
    delivered: list[Words] = []
    mailbox: Mailbox[Words] = Mailbox(loop, delivered.extend)

    def post(name: str) -> None:
        for number in range(200):
            mailbox.post("slot", Words(f"{name}{number}"))

    threads = [threading.Thread(target=post, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        turn(loop)
    turn(loop)
    words = [word for news in delivered for word in news.text.split()]
    assert len(words) == 800
    assert [word for word in words if word[0] == "a"] == [f"a{number}" for number in range(200)]
