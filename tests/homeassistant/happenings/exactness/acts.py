"""What people do in a house, and what goes wrong in it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from custom_components.sonos_twisted.engine import EventNews, ReachabilityNews
from tests.simulator.catalog import stations

from .world import ROOMS

if TYPE_CHECKING:
    from tests.simulator.speaker import Speaker

    from .life import Life

SONGS = ("", "Nina Simone - Sinnerman", "Can - Vitamin C", "Air - La femme d'argent", "Weather")

type Act = Callable[[Life, Speaker], object]


def _hand(method: str, *arguments: Any) -> Act:
    return lambda life, speaker: getattr(life.world.house, method)(speaker.uid, *arguments)


def _group(life: Life, speaker: Speaker) -> None:
    other = life.dice.choice(ROOMS)
    life.world.house.group(speaker.uid, other.name)


def _reboot(life: Life, speaker: Speaker) -> None:
    """Off and on again; sometimes the others and the host notice, sometimes not."""
    life.world.faults["reboot"] += 1
    household, player = life.world.house.household, life.world.house.players[speaker.uid]
    is_noticed = life.dice.random() < 0.5
    player.publisher.close()
    household.switch_off(speaker, "powered off" if is_noticed else None)
    speaker.power_off()
    if is_noticed:
        life.world.post(ReachabilityNews(speaker.uid, False, "is off"))
    life.world.settle()
    if life.dice.random() < 0.7:
        life.look()
    household.switch_on(speaker)
    life.world.settle()
    life.world.subscribe_all(speaker.uid)
    if is_noticed:
        life.world.post(ReachabilityNews(speaker.uid, True))


def _out_of_reach(life: Life, speaker: Speaker) -> None:
    """Without the network for a while, in which it may play something else."""
    life.world.faults["out of reach"] += 1
    life.world.lose_leases(speaker.uid)
    life.world.post(ReachabilityNews(speaker.uid, False, "does not answer"))
    life.look()
    for _ in range(life.dice.randrange(3)):
        life.step()
        life.world.settle()
    if speaker.online:
        life.world.post(ReachabilityNews(speaker.uid, True))
        life.look()
        life.world.subscribe_all(speaker.uid)


def _lose(life: Life, speaker: Speaker) -> None:
    life.world.dropping[speaker.uid, "AVTransport"] += life.dice.randint(1, 3)


def _anew(life: Life, speaker: Speaker) -> None:
    life.world.faults["subscribed anew"] += 1
    life.world.subscribe_all(speaker.uid)


def _repeat(life: Life, speaker: Speaker) -> None:
    """Let the host hear everything twice that a player has told, as after asking it."""
    life.world.faults["repeated"] += 1
    if (
        life.world.dropping[speaker.uid, "AVTransport"]
        or not life.world.account.told[speaker.uid].is_known
    ):
        return
    known = life.host.household.speakers[speaker.uid].variables.get("AVTransport", {})
    if known and not life.world.mail:
        life.world.post(
            EventNews(speaker.uid, "AVTransport", dict(known), life.world.clock.seconds(), events=0)
        )


def _battery(life: Life, _speaker: Speaker) -> None:
    life.world.house.set_battery("Move", level=life.dice.randint(1, 100))


ACTS: dict[Act, int] = {
    lambda life, speaker: life.world.house.play_tracks(speaker.uid, life.dice.randint(1, 6)): 6,
    _hand("play"): 4,
    _hand("pause"): 3,
    _hand("stop_playing"): 2,
    _hand("next"): 10,
    _hand("previous"): 4,
    lambda life, speaker: life.world.house.seek(speaker.uid, life.dice.randint(1, 60)): 2,
    _hand("finish_track"): 3,
    lambda life, _: life.world.pass_time(life.dice.choice((0.05, 0.15, 1.0, 100.0))): 12,
    lambda life, speaker: life.world.house.set_play_mode(
        speaker.uid, life.dice.choice(("NORMAL", "SHUFFLE", "REPEAT_ONE", "REPEAT_ALL"))
    ): 2,
    lambda life, speaker: life.world.house.play_radio(
        speaker.uid, life.dice.choice([station.title for station, _ in stations()])
    ): 4,
    lambda life, speaker: life.world.house.set_stream_content(
        speaker.uid, life.dice.choice(SONGS)
    ): 6,
    lambda life, _: life.world.house.play_tv("Beam"): 2,
    lambda life, speaker: life.world.house.play_line_in(speaker.uid, "Amp"): 2,
    _group: 7,
    _hand("ungroup"): 6,
    lambda life, _: life.world.house.set_line_in("Amp", life.dice.random() < 0.5): 2,
    _battery: 2,
    _reboot: 2,
    _out_of_reach: 2,
    _lose: 3,
    _anew: 3,
    _repeat: 3,
}
"""What happens, and how often."""
