"""An HTTP API that names people: pages of every kind, slow, failing, throttling, broken, endless or leading elsewhere, as a test wants."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class PeopleAPI:
    """Serves `people` (dicts) at /page, /offset, /cursor and /link, and finds addresses at /find.

    `faults` are used up one a request, before anything else: a status, (429, seconds), "close", "html", "endless", "large", or
    ("redirect", location). `asked` has every request: path, query, body, header fields and whether it was answered.
    """

    def __init__(self, size: int = 3, host: str = "127.0.0.1"):
        self.people: list[dict] = []
        self.addresses: dict[str, str] = {}
        self.size, self.delay = size, 0.0
        self.faults: list = []
        self.asked: list[dict] = []
        self.secret: str | None = None
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                api.answer(self, None)

            def do_POST(self):
                api.answer(self, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer((host, 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # clients that hang up are part of the tests
        self.port = self.server.server_address[1]
        self.url = f"http://{host}:{self.port}"

    def __enter__(self) -> "PeopleAPI":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: BaseHTTPRequestHandler, body) -> None:
        place = urlsplit(request.path)
        query = {name: values[-1] for name, values in parse_qs(place.query).items()}
        record = dict(path=place.path, query=query, body=body, headers=dict(request.headers), at=time.monotonic(), answered=False)
        self.asked.append(record)
        time.sleep(self.delay)
        if self.faults:
            return self.fail(request, self.faults.pop(0))
        if self.secret and self.secret not in (request.headers.get("Authorization", ""), request.headers.get("X-Api-Key", "")):
            return self.send(request, 401, {"error": "who are you?"})
        handler = getattr(self, place.path.strip("/"), None)
        if handler is None:
            return self.send(request, 404, {"error": "no such page"})
        answer, fields = handler(query, body)
        self.send(request, 200, answer, fields)
        record["answered"] = True

    def fail(self, request, fault) -> None:
        if fault == "close":
            request.close_connection = True
            request.connection.close()
        elif fault == "html":
            self.raw(request, 200, b"<html><body>We are down for maintenance</body></html>")
        elif fault == "endless":
            # No length and no end: as much as the client takes.
            request.send_response(200)
            request.send_header("Connection", "close")
            request.end_headers()
            request.close_connection = True
            try:
                while True:
                    request.wfile.write(b"[" * 65536)
            except OSError:
                pass
        elif fault == "large":
            self.raw(request, 200, b'{"data":["' + b"x" * (2 << 20) + b'"]}')
        elif isinstance(fault, tuple) and fault[0] == "redirect":
            self.send(request, 302, {}, {"Location": fault[1]})
        elif isinstance(fault, tuple):
            self.send(request, fault[0], {"error": "slow down"}, {"Retry-After": str(fault[1])})
        else:
            self.send(request, fault, {"error": "out of order"})

    def send(self, request, status: int, answer, fields: dict | None = None) -> None:
        self.raw(request, status, json.dumps(answer).encode(), fields)

    def raw(self, request, status: int, body: bytes, fields: dict | None = None) -> None:
        try:
            request.send_response(status)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(body)))
            for name, value in (fields or {}).items():
                request.send_header(name, value)
            request.end_headers()
            request.wfile.write(body)
        except OSError:
            request.close_connection = True  # the client has gone, perhaps killed

    # --- pages ---

    def page(self, query, body):
        start = (int((body or query)["page"]) - 1) * self.size
        return {"data": self.people[start:start + self.size]}, {}

    def offset(self, query, body):
        start = int(query["offset"])
        return {"data": self.people[start:start + self.size]}, {}

    def cursor(self, query, body):
        start = int(query.get("after", "c0")[1:])
        more = start + self.size < len(self.people)
        return {"data": self.people[start:start + self.size], "meta": {"next": f"c{start + self.size}" if more else None}}, {}

    def link(self, query, body):
        start = int(query.get("start", 0))
        more = start + self.size < len(self.people)
        fields = {"Link": f'</link?start={start + self.size}>; rel="next"'} if more else {}
        return {"data": self.people[start:start + self.size]}, fields

    # --- addresses ---

    def find(self, query, body):
        found = [{"id": person["id"], "email": self.addresses[person["id"]]} for person in body["people"]
                 if person["id"] in self.addresses]
        return {"found": found}, {}

    def paths(self, path: str, answered: bool = True) -> list[dict]:
        """The requests of a path."""
        return [row for row in self.asked if row["path"] == path and (row["answered"] or not answered)]
