"""A server of the OpenAI API that does what a test tells it: also wrong, half, late or nothing."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "tiny"
KEY = "sk-test-0123456789abcdef"


@dataclass(frozen=True)
class Reply:
    """`body` is sent as it is; `promised` bytes more are announced and never come."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    promised: int = 0


def answered(text: str | None, reason: str | None = "stop", **fields: Any) -> Reply:
    """A good answer, readable on both paths; `fields` go to the top of the body."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "text": text, "finish_reason": reason}
    if fields.pop("chat", False):
        choice = {"index": 0, "message": message, "finish_reason": reason}
    usage = {"prompt_tokens": 3, "completion_tokens": len((text or "").split())}
    return Reply(body=json.dumps({"choices": [choice], "usage": usage} | fields).encode())


def refused(status: int, message: str, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps({"error": {"message": message}}).encode(), named)


@dataclass
class Seen:
    """One request as it arrived."""

    at: float
    path: str
    body: dict[str, Any]
    headers: dict[str, str]
    nth: int

    @property
    def prompt(self) -> str:
        """The text asked for; of a chat, the last message."""
        found = self.body.get("prompt", "")
        messages = self.body.get("messages")
        return str(messages[-1]["content"] if messages else found)


class Server:
    """Answers POSTs by `answer(seen)`, where `nth` counts requests of the same prompt from 0."""

    def __init__(self, answer: Callable[[Seen], Reply], models: Reply | None = None) -> None:
        self.answer = answer
        listed = json.dumps({"object": "list", "data": [{"id": MODEL}]}).encode()
        self.models = models or Reply(body=listed)
        self.seen: list[Seen] = []
        self.under_way = 0
        self.most_under_way = 0
        self.ended = threading.Event()
        self._times: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def note(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> Seen:
        with self._lock:
            seen = Seen(time.monotonic(), path, body, headers, 0)
            seen.nth = self._times[seen.prompt]
            self._times[seen.prompt] += 1
            self.seen.append(seen)
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        return seen

    def done(self) -> None:
        with self._lock:
            self.under_way -= 1

    @contextmanager
    def running(self) -> Iterator["Server"]:
        thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.ended.set()
            self._http.shutdown()
            self._http.server_close()
            thread.join(5)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._send(server.models)

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                seen = server.note(self.path, body, dict(self.headers))
                try:
                    self._send(server.answer(seen))
                finally:
                    server.done()

            def _send(self, reply: Reply) -> None:
                server.ended.wait(reply.delay_s)
                length = len(reply.body) + reply.promised
                headers = {"Content-Length": str(length)} | reply.headers
                try:
                    self.send_response(reply.status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(reply.body)
                except OSError:
                    self.close_connection = True
                if reply.promised:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                return

        return Handler
