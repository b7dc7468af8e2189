"""The reactor thread and the way from asyncio into it.

A reactor runs once in a process, so whatever stops one happens in a process of its own.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
import subprocess
import sys
import textwrap
import threading
from typing import TYPE_CHECKING

import pytest
from twisted.internet.defer import CancelledError, Deferred, fail, succeed
from twisted.internet.threads import blockingCallFromThread

from custom_components.sonos_twisted.engine import ReactorThread, ReactorUnavailableError
from custom_components.sonos_twisted.engine.reactor import (
    global_reactor,
    reactor_thread,
    require_reactor_thread,
)

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

ROOT = Path(__file__).resolve().parents[2]


def run_alone(script: str) -> list[str]:
    """Run a script in a process of its own; return the lines that it printed."""
    preamble = """
        import asyncio, sys, threading, time
        from custom_components.sonos_twisted.engine import ReactorThread, ReactorUnavailableError
        from custom_components.sonos_twisted.engine import reactor as module
        from custom_components.sonos_twisted.engine.reactor import reactor_thread
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(preamble) + textwrap.dedent(script)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def thread() -> ReactorThread:
    """Make a ReactorThread that has found the reactor of the tests running."""
    thread = ReactorThread()
    thread.start()
    return thread


# Starting and stopping


def test_nothing_runs_before_the_start() -> None:
    thread = ReactorThread()
    assert not thread.is_running
    with pytest.raises(ReactorUnavailableError, match="has not been started"):
        _ = thread.reactor
    assert thread.stop()


def test_one_for_the_process() -> None:
    assert reactor_thread() is reactor_thread()


def test_a_reactor_that_runs_already_is_used(thread: ReactorThread, reactor: ReactorBase) -> None:
    assert thread.is_running
    assert thread.reactor is reactor is global_reactor()


def test_a_reactor_that_runs_already_is_not_stopped(
    thread: ReactorThread, reactor: ReactorBase
) -> None:
    """It belongs to another component, and can still be used from here."""
    assert thread.stop()
    assert thread.is_running
    assert blockingCallFromThread(reactor, lambda: reactor.running)


def test_importing_the_engine_starts_nothing() -> None:
    assert run_alone("print(threading.active_count(), reactor_thread().is_running)") == ["1 False"]


def test_started_on_first_use_and_only_once() -> None:
    assert run_alone("""
        thread = reactor_thread()
        starts = [threading.Thread(target=thread.start) for _ in range(8)]
        for start in starts: start.start()
        for start in starts: start.join()
        names = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
        print(names, thread.is_running)

        async def where():
            return await thread.run(lambda: threading.current_thread().name)

        print(asyncio.run(where()), asyncio.run(where()))
    """) == [
        "['sonos_twisted reactor'] True",
        "sonos_twisted reactor sonos_twisted reactor",
    ]


def test_stops_what_it_started() -> None:
    assert run_alone("""
        thread = reactor_thread()
        thread.start()
        print(thread.stop(), thread.is_running, threading.active_count(), thread.stop())
        for use in (thread.start, lambda: thread.reactor):
            try:
                use()
            except ReactorUnavailableError as error:
                print(error)
    """) == [
        "True False 1 True",
        "The event engine was shut down and cannot be used again before a restart",
        "The event engine was shut down and cannot be used again before a restart",
    ]


def test_timers_do_not_mind_that_the_system_s_clock_is_set_back() -> None:
    assert run_alone("""
        from twisted.internet.base import ReactorBase

        ahead = [3600.0]
        ReactorBase.seconds = staticmethod(lambda: time.time() + ahead[0])
        thread = reactor_thread()
        thread.start()
        planned, fired = threading.Event(), threading.Event()

        def plan():
            thread.reactor.callLater(0.3, fired.set)
            planned.set()

        thread.reactor.callFromThread(plan)
        planned.wait()
        ahead[0] = 0.0
        print(fired.wait(5))
    """) == ["True"]


def test_timers_of_somebody_else_are_kept() -> None:
    assert run_alone("""
        fired = threading.Event()
        module.global_reactor().callLater(0.3, fired.set)
        reactor_thread().start()
        print(fired.wait(5))
    """) == ["True"]


def test_mistakes_on_the_reactor_thread_are_logged() -> None:
    assert run_alone("""
        import logging
        from twisted.internet.defer import Deferred, fail

        logged, told = [], threading.Event()

        class Handler(logging.Handler):
            def emit(self, record):
                logged.append(record.getMessage().splitlines())
                told.set()

        def lost():
            raise IndexError("none")

        logging.getLogger("custom_components.sonos_twisted").addHandler(Handler())
        thread = reactor_thread()
        thread.start()
        for mistake in (lost, lambda: fail(KeyError("forgotten")) and None):
            told.clear()
            thread.reactor.callFromThread(mistake)
            told.wait(5)
        for first, *_, last in logged:
            print(first, last, sep="; ")
    """) == [
        "On the reactor thread: while calling from thread; builtins.IndexError: none",
        "On the reactor thread: Unhandled error; Failure: builtins.KeyError: 'forgotten'",
    ]


def test_the_stop_is_bounded() -> None:
    """Something that blocks the reactor cannot block the host's shutdown."""
    assert run_alone("""
        thread = reactor_thread()
        thread.start()
        blocked, release = threading.Event(), threading.Event()

        def block():
            blocked.set()
            release.wait()

        thread.reactor.callFromThread(block)
        blocked.wait()
        print(thread.stop(seconds=0.05))
        release.set()
        print(thread.stop(seconds=30))
    """) == ["False", "True"]


def test_a_process_ends_without_a_stop() -> None:
    assert run_alone("reactor_thread().start(); print('end')") == ["end"]


def test_a_reactor_that_was_used_up_is_refused() -> None:
    """Somebody else may have run and stopped it before."""
    assert run_alone("""
        module._START_SECONDS = 0.5
        threading.excepthook = lambda args: print(args.exc_type.__name__)
        reactor = module.global_reactor()
        reactor.callWhenRunning(reactor.stop)
        reactor.run()
        try:
            reactor_thread().start()
        except ReactorUnavailableError as error:
            print(error)
        print(reactor_thread().is_running)
    """) == [
        "ReactorNotRestartable",
        "The Twisted reactor did not start; it may have been used and stopped before",
        "False",
    ]


def test_a_reactor_that_somebody_else_stopped_is_refused() -> None:
    """A call would wait for ever."""
    assert run_alone("""
        other = threading.Thread(
            target=module.global_reactor().run, kwargs={"installSignalHandlers": False}
        )
        other.start()
        thread = reactor_thread()
        while not module.global_reactor().running:
            time.sleep(0.001)
        thread.start()
        print(thread.is_running)
        thread.reactor.callFromThread(thread.reactor.stop)
        other.join()
        print(thread.is_running)

        async def call():
            try:
                await asyncio.wait_for(thread.run(lambda: None), 10)
            except ReactorUnavailableError as error:
                print(error)

        asyncio.run(call())
    """) == ["True", "False", "The event engine was stopped by another component"]


# Calls


async def test_a_call_runs_on_the_reactor_thread(thread: ReactorThread) -> None:
    name = await thread.run(lambda: threading.current_thread().name)
    assert name == "reactor of the tests"


async def test_a_call_has_arguments_and_a_result(thread: ReactorThread) -> None:
    assert await thread.run(int, "ff", base=16) == 255


async def test_the_result_of_a_deferred(thread: ReactorThread) -> None:
    later: Deferred[str] = Deferred()

    def begin() -> Deferred[str]:
        thread.reactor.callLater(0, later.callback, "done")
        return later

    assert await thread.run(begin) == "done"
    assert await thread.run(succeed, "at once") == "at once"


@pytest.mark.parametrize(
    "function", [lambda: int("x"), lambda: fail(ValueError("invalid literal"))]
)
async def test_an_exception(thread: ReactorThread, function: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await thread.run(function)


def test_a_call_needs_a_loop(thread: ReactorThread) -> None:
    with pytest.raises(RuntimeError, match="no running event loop"):
        thread.run(lambda: None)


async def test_a_call_before_the_start() -> None:
    with pytest.raises(ReactorUnavailableError):
        await ReactorThread().run(lambda: None)


async def test_cancelling_the_future_cancels_the_deferred(thread: ReactorThread) -> None:
    loop = asyncio.get_running_loop()
    begun, cancelled = asyncio.Event(), asyncio.Event()

    def canceller(_: Deferred[None]) -> None:
        loop.call_soon_threadsafe(cancelled.set)

    def begin() -> Deferred[None]:
        loop.call_soon_threadsafe(begun.set)
        return Deferred(canceller)

    future = thread.run(begin)
    await begun.wait()
    future.cancel()
    await cancelled.wait()
    assert future.cancelled()


async def test_cancelling_before_the_call_begins_prevents_it(thread: ReactorThread) -> None:
    hold = threading.Event()
    called: list[str] = []
    thread.reactor.callFromThread(hold.wait)
    future = thread.run(called.append, "too late")
    future.cancel()
    after = thread.run(lambda: None)
    await asyncio.sleep(0)
    hold.set()
    await after
    assert future.cancelled()
    assert called == []


async def test_a_deferred_that_is_cancelled_cancels_the_future(thread: ReactorThread) -> None:
    future = thread.run(lambda: fail(CancelledError()))
    with pytest.raises(asyncio.CancelledError):
        await future
    assert future.cancelled()


@pytest.mark.parametrize(
    "end",
    [
        lambda deferred: deferred.callback("too late"),
        lambda deferred: deferred.errback(ValueError("too late")),
    ],
)
async def test_what_comes_after_a_cancellation_is_dropped(
    thread: ReactorThread, end: Callable[[Deferred[str]], None]
) -> None:
    """A Deferred may end with something else than a cancellation when it is cancelled."""
    loop = asyncio.get_running_loop()
    begun, ended = asyncio.Event(), asyncio.Event()

    def cancelled(deferred: Deferred[str]) -> None:
        end(deferred)
        loop.call_soon_threadsafe(ended.set)

    def begin() -> Deferred[str]:
        loop.call_soon_threadsafe(begun.set)
        return Deferred(cancelled)

    future = thread.run(begin)
    await begun.wait()
    future.cancel()
    await ended.wait()
    assert future.cancelled()


async def test_an_answer_and_a_cancellation_that_cross(thread: ReactorThread) -> None:
    """The host cancels while the result is on its way."""
    hold = threading.Event()
    answered = threading.Event()

    def begin() -> str:
        hold.wait()
        return "result"

    future = thread.run(begin)
    thread.reactor.callFromThread(answered.set)
    hold.set()
    answered.wait()
    future.cancel()
    await asyncio.sleep(0)
    assert future.cancelled()


def test_a_loop_that_is_closed_before_the_answer(
    thread: ReactorThread, reactor: ReactorBase, loopback: None
) -> None:
    later: Deferred[str] = Deferred()

    async def begin() -> None:
        future = thread.run(lambda: later)
        await thread.run(lambda: None)
        assert not future.done()

    loop = asyncio.new_event_loop()
    loop.run_until_complete(begin())
    loop.close()
    blockingCallFromThread(reactor, later.callback, "nobody listens")


# The guard


def test_the_guard_refuses_other_threads(reactor: ReactorBase) -> None:
    with pytest.raises(RuntimeError, match=r"use ReactorThread\.run"):
        require_reactor_thread(reactor)
    blockingCallFromThread(reactor, require_reactor_thread, reactor)


def test_the_guard_lets_fakes_pass() -> None:
    require_reactor_thread(object())
