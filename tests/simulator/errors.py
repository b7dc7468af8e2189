"""UPnP errors that an action can answer with."""

from enum import IntEnum


class Code(IntEnum):
    """Error codes, named as the UPnP documents and players use them."""

    INVALID_ACTION = 401
    INVALID_ARGS = 402
    ACTION_FAILED = 501
    OPTIONAL_NOT_IMPLEMENTED = 602
    TRANSITION_NOT_AVAILABLE = 701
    SEEK_MODE_NOT_SUPPORTED = 710
    ILLEGAL_SEEK_TARGET = 711
    PLAY_MODE_NOT_SUPPORTED = 712
    ILLEGAL_MIME_TYPE = 714
    RESOURCE_NOT_FOUND = 716
    NOT_SUPPORTED_HERE = 800
    DUPLICATE_ALARM = 801
    DUPLICATE_FAVORITE = 803
    QUEUE_EMPTY = 804
    FAVORITES_FULL = 805
    JOIN_REFUSED = 1001
    PRIMARY_UNREACHABLE = 1024
    PAIRING_REFUSED = 1035

    # The numbers mean something else in the ContentDirectory.
    NO_SUCH_OBJECT = 701
    BAD_CURRENT_TAG = 702
    BAD_METADATA = 712


class UpnpError(Exception):
    """An action failed; the player answers a SOAP fault with this code."""

    def __init__(self, code: int) -> None:
        """Remember the code."""
        super().__init__(f"UPnP error {int(code)}")
        self.code = int(code)
