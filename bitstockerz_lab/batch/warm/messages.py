"""How a warm parent, its kernels and those who ask talk: JSON over a local socket."""

from __future__ import annotations

import json
import socket
from typing import Any

LARGEST = 1 << 18
"""Bytes of a message; an environment larger than that makes a cold start."""

Message = dict[str, Any]


def local_socket() -> socket.socket:
    """Return a socket that keeps messages apart."""
    return socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(connection: socket.socket, message: Message, descriptors: tuple[int, ...] = ()) -> None:
    """Send a message, and open files with it."""
    socket.send_fds(connection, [json.dumps(message).encode()], descriptors)


def receive(connection: socket.socket) -> tuple[Message | None, list[int]]:
    """Return a message and the files that came with it; None when the other side has gone."""
    data, descriptors, _flags, _address = socket.recv_fds(connection, LARGEST, 8)
    return (json.loads(data) if data else None), list(descriptors)
