"""A small websocket server (RFC 6455) behind TLS with a certificate that signs itself."""

# mypy: disallow-untyped-calls=False
import base64
import datetime as dt
from functools import cache
import hashlib
import struct
from typing import TYPE_CHECKING, Any, override

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from twisted.internet.protocol import Protocol
from twisted.internet.ssl import CertificateOptions, PrivateCertificate

if TYPE_CHECKING:
    from collections.abc import Callable

_ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CONTINUATION, _TEXT, _CLOSE, _PING, _PONG = 0x0, 0x1, 0x8, 0x9, 0xA
_FINAL, _MASKED = 0x80, 0x80
_LONGEST_HEAD = 16384

_REASONS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}


@cache
def _tls() -> Any:
    """Return the TLS context of all players of this process, made when the first client comes."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sonos simulator")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pair = PrivateCertificate.loadPEM(private + certificate.public_bytes(pem))
    return CertificateOptions(
        privateKey=pair.privateKey.original,
        certificate=pair.original,
        acceptableProtocols=[b"http/1.1"],
    )


class WebsocketServer(Protocol):
    """One connection. Says nothing of its own accord; subclasses do."""

    def __init__(self) -> None:
        """Wait for a client's request."""
        self._data = b""
        self._message = b""
        self._open = False

    # -- for subclasses

    def accept(self, path: str, headers: dict[str, str]) -> tuple[int, str]:
        """Decide on a request.

        Args:
            path: What is asked for.
            headers: By name in small letters.

        Returns:
            An HTTP status, 101 to go on, and the subprotocol.
        """
        raise NotImplementedError

    def received(self, text: str) -> None:
        """Take a message."""
        raise NotImplementedError

    def send(self, text: str) -> None:
        """Send a message."""
        if self._open:
            self._frame(_TEXT, text.encode())

    # -- the connection

    @override
    def connectionMade(self) -> None:
        transport: Any = self.transport
        transport.startTLS(_tls())

    @override
    def dataReceived(self, data: bytes) -> None:
        self._data += data
        if not self._open:
            self._handshake()
        if self._open:
            while self._read_frame():
                pass

    def _handshake(self) -> None:
        head, end, rest = self._data.partition(b"\r\n\r\n")
        if not end:
            if len(head) > _LONGEST_HEAD:
                self._refuse(400)
            return
        request, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":")[::2] for line in lines)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        words = request.split(" ")
        key = headers.get("sec-websocket-key")
        if words[0] != "GET" or len(words) != 3 or key is None:
            self._refuse(400)
            return
        status, protocol = self.accept(words[1], headers)
        if status != 101:
            self._refuse(status)
            return
        digest = hashlib.sha1(f"{key}{_ACCEPT}".encode()).digest()  # noqa: S324, RFC 6455
        self._write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}\r\n"
            f"Sec-WebSocket-Protocol: {protocol}\r\n\r\n".encode()
        )
        self._open, self._data = True, rest

    def _refuse(self, status: int) -> None:
        line = f"HTTP/1.1 {status} {_REASONS.get(status, 'Error')}"
        self._write(f"{line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        self._lose()

    # -- frames

    def _read_frame(self) -> bool:
        """Take the next frame; tell whether there was a whole one."""
        frame = _cut_frame(self._data)
        if frame is None:
            return False
        first, payload, self._data = frame
        handlers: dict[int, Callable[[bytes], None]] = {
            _CLOSE: self._closing,
            _PING: lambda ping: self._frame(_PONG, ping),
        }
        kind = first & 0x0F
        if kind in {_TEXT, _CONTINUATION}:
            self._message += payload
            if first & _FINAL:
                message, self._message = self._message, b""
                self.received(message.decode())
        elif kind in handlers:
            handlers[kind](payload)
        return True

    def _closing(self, payload: bytes) -> None:
        self._frame(_CLOSE, payload)
        self._open = False
        self._lose()

    def _frame(self, kind: int, payload: bytes) -> None:
        size = len(payload)
        if size < 126:
            length = bytes((size,))
        elif size < 1 << 16:
            length = struct.pack(">BH", 126, size)
        else:
            length = struct.pack(">BQ", 127, size)
        self._write(bytes((_FINAL | kind,)) + length + payload)

    def _write(self, data: bytes) -> None:
        transport: Any = self.transport
        transport.write(data)

    def _lose(self) -> None:
        transport: Any = self.transport
        transport.loseConnection()


def _cut_frame(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Return the first byte and the payload of the first frame, and what follows it."""
    if len(data) < 2:
        return None
    begin, size = 2, data[1] & 0x7F
    if size >= 126:
        width = 2 if size == 126 else 8
        begin += width
        if len(data) < begin:
            return None
        size = int.from_bytes(data[2:begin])
    mask = b""
    if data[1] & _MASKED:
        mask, begin = data[begin : begin + 4], begin + 4
    if len(data) < begin + size:
        return None
    payload = data[begin : begin + size]
    if mask:
        payload = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
    return data[0], payload, data[begin + size :]
