"""A name server on loopback (dnslib) and an autoconfig server behind it, for domains that exist only in a test."""

import http.server
import random
import ssl
import threading
import time
from pathlib import Path

from dnslib import QTYPE, RR
from dnslib.server import BaseResolver, DNSServer

from .system import free_port, run


class NameServer(BaseResolver):
    """Answers from `zone`, a list of lines of a zone file; what is not there does not exist. `asked` is what was asked for."""

    def __init__(self, zone: str):
        self.records = RR.fromZone(zone)
        self.asked: list[tuple[str, str]] = []
        self.silent = False
        self.port = free_port()

    def resolve(self, request, handler):
        name, kind = str(request.q.qname).lower(), QTYPE[request.q.qtype]
        self.asked.append((name, kind))
        if self.silent:
            time.sleep(5)  # longer than anybody waits
        reply = request.reply()
        found = [record for record in self.records if str(record.rname).lower() == name]
        reply.header.rcode = 0 if found else 3
        for record in found:
            if QTYPE[record.rtype] == kind:
                reply.add_answer(record)
        return reply

    def __enter__(self) -> "NameServer":
        class Quiet:
            def __getattr__(self, _):
                return lambda *_: None
        self.server = DNSServer(self, address="127.0.0.1", port=self.port, logger=Quiet())
        self.server.start_thread()
        return self

    def __exit__(self, *_) -> None:
        self.server.stop()
        self.server.server.server_close()


class AutoconfigServer:
    """An HTTPS server on port 443 of a loopback address of its own, with a certificate for `names` of the CA in `certs`."""

    def __init__(self, certs: Path, names: list[str]):
        self.address = f"127.{random.randint(1, 254)}.{random.randint(0, 254)}.{random.randint(2, 254)}"
        self.pages: dict[tuple[str, str], bytes | str] = {}  # by host and path: a page, or an address to be led to
        self.asked: list[str] = []
        self.files = certs / "autoconfig"
        self.files.mkdir(exist_ok=True)
        key, request, certificate = (self.files / name for name in ("key.pem", "request.pem", "cert.pem"))
        alternatives = ",".join(f"DNS:{name}" for name in names)
        run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
            "-subj", "/CN=autoconfig", "-addext", f"subjectAltName={alternatives}", "-out", request)
        run("openssl", "x509", "-req", "-in", request, "-CA", certs / "ca.pem", "-CAkey", certs / "ca-key.pem",
            "-days", "2", "-copy_extensions", "copy", "-out", certificate)

    def __enter__(self) -> "AutoconfigServer":
        world = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                host = self.headers.get("Host", "")
                world.asked.append(f"{host}{self.path}")
                page = world.pages.get((host, self.path.split("?")[0]))
                if isinstance(page, str):
                    self.send_response(302)
                    self.send_header("Location", page)
                else:
                    self.send_response(404 if page is None else 200)
                self.send_header("Content-Length", str(len(page) if isinstance(page, bytes) else 0))
                self.end_headers()
                if isinstance(page, bytes):
                    self.wfile.write(page)

            def log_message(self, *_):
                pass
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.files / "cert.pem", self.files / "key.pem")
        self.server = http.server.ThreadingHTTPServer((self.address, 443), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
