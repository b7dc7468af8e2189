"""What a user wants to be played, as it was said."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..model import Speaker

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was said to a room.

    Attributes:
        coordinator: The household's.
        speaker: The room's.
        media_type: A media type of Home Assistant, or one of ours.
        media_id: An id, an address or a name.
        title: What to call it, where it does not say so itself; may be "".
        for_queue: Whether it goes to the queue, and may be played much later.

    """

    coordinator: HouseholdCoordinator
    speaker: Speaker
    media_type: str
    media_id: str
    title: str = ""
    for_queue: bool = False
