"""What stands in the simulated houses."""

from dataclasses import dataclass

from .table import model_numbers


@dataclass(frozen=True, slots=True)
class Room:
    """A room with a player or a bonded set of players."""

    name: str
    model: str
    icon: str = "living"
    volume: int = 20
    pair: bool = False
    satellites: tuple[tuple[str, str], ...] = ()


_S2_HOUSE = (
    Room(
        "Living Room",
        "S19",
        icon="living",
        volume=24,
        satellites=(("Sub", "SW"), ("S38", "LR"), ("S38", "RR")),
    ),
    Room("Bedroom", "S18", icon="masterbedroom", volume=15, pair=True),
    Room("Kitchen", "S18", icon="kitchen", volume=30),
    Room("Bathroom", "S33", icon="bathroom", volume=18),
    Room("Patio", "S17", icon="patio", volume=35),
    Room("Office", "S16", icon="office", volume=22),
)
_S1_HOUSE = (
    Room("Den", "S5", icon="den", volume=20),
    Room("Attic", "S5", icon="library", volume=12),
    Room("Garage", "S5", icon="garage", volume=28),
)
_HOUSES = {"S1": _S1_HOUSE, "S2": _S2_HOUSE}
_PLAIN = {"S1": "S5", "S2": "S18"}


def rooms_for(generation: str) -> tuple[Room, ...]:
    """Return the default house of a generation."""
    return _HOUSES[generation]


def plain_rooms(count: int, generation: str = "S2") -> tuple[Room, ...]:
    """Return ``count`` rooms with one plain player each."""
    return tuple(Room(f"Room {number}", _PLAIN[generation]) for number in range(1, count + 1))


def rooms_of(text: str) -> tuple[Room, ...]:
    """Read rooms with a player each, as in ``Den=S45,Sub=Sub``.

    Raises:
        ValueError: The text is no such list, or there is no such model.
    """
    rooms = []
    for part in text.split(","):
        name, equals, number = part.partition("=")
        if not equals or number not in model_numbers():
            message = f"{part!r} is no room with a model; there are {', '.join(model_numbers())}"
            raise ValueError(message)
        rooms.append(Room(name.strip(), number))
    return tuple(rooms)
