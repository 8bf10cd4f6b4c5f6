"""A server on this machine that speaks as Yahoo and Bitstamp do, faults included.

A request for https://HOST/PATH arrives here as http://127.0.0.1:PORT/HOST/PATH.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Answer:
    """What the server sends; `told` is the length it claims, `hang` keeps it from answering."""

    body: object = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    told: int | None = None
    hang: bool = False

    def encoded(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()

    def truncated(self, *, honest=False):
        """Return the first half; an honest server tells its length, the other that of the whole."""
        whole = self.encoded().decode()
        return Answer(whole[: len(whole) // 2], told=None if honest else len(whole))


class LocalServer(ThreadingHTTPServer):
    """Answers by `answer(host, path, query)`; faults come first, one for each matching request."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = lambda _host, _path, _query: Answer("nobody", 404)
        self.counted = ""
        self.faults = []
        self.requests = []
        self.hosts = set()
        self.now = None
        self.released = threading.Event()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_):
        """Say nothing of a client that has gone."""

    def respond(self, path):
        parts = urlsplit(path)
        _, host, *rest = parts.path.split("/")
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.hosts.add(host)
        inside = "/".join(rest)
        right = self.answer(host, inside, query)
        if self.counted not in inside:
            return right
        self.requests.append((inside, query))
        fault = self.faults.pop(0) if self.faults else None
        return fault(right) if callable(fault) else right if fault is None else fault


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: two would wait 40 ms for each other

    def do_GET(self):
        answer = self.server.respond(self.path)
        if answer.hang:
            self.server.released.wait(10)
        body = answer.encoded()
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json", **answer.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(answer.told or len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
            self.wfile.flush()
        except OSError:
            self.close_connection = True  # the client has lost its patience
        if answer.told or answer.hang:
            self.close_connection = True

    do_POST = do_GET  # noqa: N815 - the base class's name

    def date_time_string(self, _timestamp=None):
        return format_datetime(self.server.now, usegmt=True)

    def log_message(self, *_):
        pass
