"""What soco would do, and we do not."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from soco import services
from twisted.internet.defer import Deferred
from twisted.python import threadable
from twisted.python.failure import Failure

from tests.simulator.process import SimulatorProcess

from ..host import following, until

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase


from .steps import AT_ONCE, property_set, turned


async def test_no_request_of_socos_is_ever_made_on_the_reactor_thread(
    house: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Soco would ask each speaker for its household there, and wait; so nothing of it is used."""
    offences: list[str] = []
    sent = services.Service.send_command

    def guarded(self: Any, action: str, *args: Any, **kwargs: Any) -> Any:
        offences.extend([action] * threadable.isInIOThread())
        return sent(self, action, *args, **kwargs)

    def asked(self: object) -> None:
        offences.append("an attribute of SoCo")

    monkeypatch.setattr(services.Service, "send_command", guarded)
    monkeypatch.setattr("soco.core.SoCo.household_id", property(asked))
    monkeypatch.setattr("soco.core.SoCo.zone_group_state", property(asked))
    async with following(house) as host:
        await until(host.is_heard)
        house.remote.forget_leases("Patio")
        link = host.session.links[host.speaker("Patio").uid]
        await host.on_reactor(link.renew_from_scratch)
        await until(host.is_heard)
        await turned(host, house, "Patio")
    assert not offences


async def test_equal_events_do_not_share_what_can_be_changed(house: SimulatorProcess) -> None:
    """Soco keeps the last bodies parsed, and gives everyone the same dictionary."""
    async with following(house) as host:
        await until(host.is_heard)
        received: list[dict[str, Any]] = []
        lease = host.lease("Patio", "RenderingControl")
        hear = lease._core.on_event

        def keep(event: Any) -> None:
            received.append(event.variables)
            hear(event)

        lease._core.on_event = keep
        house.remote.emit_raw("Patio", "RenderingControl", property_set(31))
        house.remote.emit_raw("Patio", "RenderingControl", property_set(31))
        await until(lambda: len(received) == 2)
        first, second = received
        assert first == second == {"volume": {"Master": "31"}}
        first["volume"]["Master"] = "99"
        first["spoilt"] = "1"
        house.remote.emit_raw("Patio", "RenderingControl", property_set(31))
        await until(lambda: len(received) == 3)
        assert received[2] == second == {"volume": {"Master": "31"}}


async def test_the_port_stays_the_same_when_the_last_lease_ends(house: SimulatorProcess) -> None:
    """Soco closes its listener then, and finds the port still busy when it opens it again."""
    async with following(house) as host:
        await until(host.is_heard)
        listening_on = host.connection.listening_on
        leases = list(host.session.leases.values())

        def end_all_and_begin_anew() -> None:
            for lease in leases:
                lease.renew_from_scratch()

        await host.on_reactor(end_all_and_begin_anew)
        await until(lambda: all(lease.is_held for lease in leases))
        assert host.connection.listening_on == listening_on
        ports = {
            urlsplit(lease["callback"]).port
            for held in house.remote.leases().values()
            for lease in held
        }
        assert listening_on is not None
        assert ports == {listening_on[1]}


async def test_a_speaker_that_never_answers_keeps_nothing_waiting(
    house: SimulatorProcess, reactor: ReactorBase
) -> None:
    """Soco would wait for its answer for ever, and so would all that is asked after it."""
    async with following(house, request_seconds=0.5) as host:
        await until(host.is_heard)
        house.remote.stall("Patio", "gena")
        lease = host.lease("Patio", "RenderingControl")
        failed: list[Failure] = []

        def ask() -> None:
            subscription = lease._core.subscription
            assert subscription is not None
            for _ in range(2):
                outcome: Deferred[Any] = subscription.renew(strict=True)
                outcome.addErrback(failed.append)

        await host.on_reactor(ask)
        assert await until(lambda: len(failed) == 2) < 2 * 0.5 + AT_ONCE
        house.remote.heal()
        await turned(host, house, "Patio")
