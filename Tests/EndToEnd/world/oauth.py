"""A real OAuth 2.0 server made with Authlib: codes with PKCE, device codes, rotating refresh tokens, introspection; over TLS."""

import secrets
import ssl
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant, DeviceCredentialDict
from flask import Flask, Response, jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server

from .system import free_port


class Client(ClientMixin):
    def __init__(self, key: str, secret: str):
        """A public client has no secret."""
        self.key, self.secret = key, secret

    def get_client_id(self):
        return self.key

    def get_default_redirect_uri(self):
        return None

    def get_allowed_scope(self, scope):
        return scope or ""

    def check_redirect_uri(self, uri):
        # RFC 8252 section 7.3: a loopback address with any port.
        return urlsplit(uri).hostname in ("127.0.0.1", "localhost")

    def check_client_secret(self, secret):
        return secrets.compare_digest(self.secret, secret)

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "none" if not self.secret else method in ("client_secret_post", "client_secret_basic")

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return True


class Token(TokenMixin):
    def __init__(self, client: Client, user: str, token: dict):
        self.client, self.user, self.made = client, user, time.time()
        self.access, self.refresh, self.scope = token["access_token"], token.get("refresh_token"), token.get("scope", "")
        self.life, self.is_dead, self.is_used = token["expires_in"], False, False

    def check_client(self, client):
        return client is self.client

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return self.life

    def is_expired(self):
        return time.time() > self.made + self.life

    def is_revoked(self):
        return self.is_dead

    def get_user(self):
        return self.user

    def get_client(self):
        return self.client


class Code:
    def __init__(self, user: str, asked):
        self.code, self.user, self.made, self.client = secrets.token_urlsafe(16), user, time.time(), asked.client
        self.redirect_uri, self.scope = asked.payload.redirect_uri, asked.payload.scope
        self.code_challenge = asked.payload.data.get("code_challenge")
        self.code_challenge_method = asked.payload.data.get("code_challenge_method")

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope


class OAuthServer:
    """`google` is a client with a secret, `microsoft` a public one, `dovecot` may introspect. Whoever is named in login_hint agrees."""

    def __init__(self, certs: Path, life: int = 3600):
        """`life` is that of the next access tokens, in seconds."""
        self.certs, self.life, self.port = certs, life, free_port()
        self.url = f"https://localhost:{self.port}"
        self.clients = {"google": Client("google", "google's secret"), "microsoft": Client("microsoft", ""),
                        "dovecot": Client("dovecot", "dovecot")}
        self.tokens: list[Token] = []
        self.codes: dict[str, Code] = {}
        self.devices: dict[str, DeviceCredentialDict] = {}
        self.grants: dict[str, tuple[str, bool]] = {}
        self.refreshes: list[tuple[str, str]] = []  # user and how it ended
        self.delay = 0.0  # before each answer of the token endpoint
        self.down = False  # the token endpoint answers 503
        self.ends_in: int | None = None  # said as refresh_token_expires_in
        self.busy: dict[str, int] = {}
        self.most_at_once = 0
        self.lock = threading.RLock()
        self.slow_downs = 0
        self._make()

    # --- what people and administrators do ---

    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certs / "ca.pem"))

    def agree(self, url: str, follow: bool = True, deny: bool = False) -> str:
        """A person opens the page and says yes; gives the page the browser ends at, or without `follow` its address."""
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=self.tls()), Stay())
        try:
            opener.open(url + ("&deny=1" if deny else ""), timeout=20)
        except urllib.error.HTTPError as answer:
            target = answer.headers.get("Location")
            if target is None:
                return answer.read().decode()
            return urllib.request.urlopen(target, timeout=20).read().decode() if follow else target
        raise AssertionError("the page did not lead back")

    def type_in(self, user_code: str, user: str, approve: bool = True) -> None:
        self.grants[user_code] = (user, approve)

    def revoke(self, user: str, access: bool = True, refresh: bool = True) -> None:
        """Takes back what a user gave: access tokens at once, refresh tokens for the next time."""
        with self.lock:
            for token in self.tokens:
                if token.user == user:
                    token.is_dead = token.is_dead or access
                    token.is_used = token.is_used or refresh

    def live(self, user: str) -> list[Token]:
        return [token for token in self.tokens if token.user == user and not token.is_dead and not token.is_expired()]

    # --- the server ---

    def __enter__(self) -> "OAuthServer":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certs / "server.pem", self.certs / "server-key.pem")

        class Quiet(WSGIRequestHandler):
            def log(self, *_):
                pass
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True, ssl_context=context, request_handler=Quiet)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def settings(self) -> str:
        """Postern's configuration for it."""
        return f"""
[oauth]
ca_file = "{self.certs}/ca.pem"
timeout = "10s"
[oauth_google]
client_id = "google"
client_secret = "google's secret"
authorization_endpoint = "{self.url}/authorize"
token_endpoint = "{self.url}/token"
[oauth_microsoft]
client_id = "microsoft"
authorization_endpoint = "{self.url}/authorize"
device_endpoint = "{self.url}/device"
token_endpoint = "{self.url}/token"
"""

    def dovecot(self, mechanisms: str) -> str:
        """Lines for Dovecot's configuration that make it check tokens by asking this server (RFC 7662)."""
        conf = self.certs / "dovecot-oauth2.conf"
        conf.write_text(f"""introspection_mode = post
introspection_url = https://dovecot:dovecot@localhost:{self.port}/introspect
username_attribute = username
active_attribute = active
active_value = true
tls_ca_cert_file = {self.certs}/ca.pem
timeout_msecs = 10000
""")
        return f"""
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {conf}
}}
"""

    def _make(self) -> None:
        world = self

        def save_token(token, asked):
            with world.lock:
                world.tokens.append(Token(asked.client, asked.user, token))

        class CodeGrant(grants.AuthorizationCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

            def save_authorization_code(self, code, asked):
                entry = Code(asked.user, asked)
                entry.code = code
                world.codes[code] = entry

            def query_authorization_code(self, code, client):
                entry = world.codes.get(code)
                return entry if entry and entry.client is client else None

            def delete_authorization_code(self, entry):
                world.codes.pop(entry.code, None)

            def authenticate_user(self, entry):
                return entry.user

        class RefreshGrant(grants.RefreshTokenGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]
            INCLUDE_NEW_REFRESH_TOKEN = True

            def authenticate_refresh_token(self, refresh):
                with world.lock:
                    for token in world.tokens:
                        if token.refresh == refresh and not token.is_used:
                            return token
                    # RFC 9700 section 4.14.2: one that was used before ends the whole family.
                    for token in world.tokens:
                        if token.refresh == refresh:
                            world.refreshes.append((token.user, "reused"))
                            world.revoke(token.user)
                return None

            def authenticate_user(self, token):
                return token.user

            def revoke_old_credential(self, token):
                token.is_used = True
                world.refreshes.append((token.user, "renewed"))

        class DeviceGrant(DeviceCodeGrant):
            def query_device_credential(self, code):
                return world.devices.get(code)

            def query_user_grant(self, user_code):
                return world.grants.get(user_code)

            def should_slow_down(self, credential):
                # The first question is told to slow down, so that this is tried too.
                world.slow_downs += 1
                return world.slow_downs == 1

        class DeviceEndpoint(DeviceAuthorizationEndpoint):
            CLIENT_AUTH_METHODS = ["none"]
            INTERVAL = 1

            def get_verification_uri(self):
                return world.url + "/type-in"

            def save_device_credential(self, client_id, scope, data):
                world.devices[data["device_code"]] = DeviceCredentialDict(
                    client_id=client_id, scope=scope, expires_at=time.time() + data["expires_in"], **{
                        key: data[key] for key in ("device_code", "user_code")})

        class Introspection(IntrospectionEndpoint):
            def check_permission(self, token, client, asked):
                return client.key == "dovecot"

            def query_token(self, text, hint):
                return next((token for token in world.tokens if token.access == text), None)

            def introspect_token(self, token):
                return {"active": True, "username": token.user, "scope": token.scope, "client_id": token.client.key}

        app = self.app = Flask("oauth")
        app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
        server = AuthorizationServer(app, query_client=self.clients.get, save_token=save_token)
        server.register_grant(CodeGrant, [CodeChallenge(required=True)])
        server.register_grant(RefreshGrant)
        server.register_grant(DeviceGrant)
        server.register_endpoint(DeviceEndpoint)
        server.register_endpoint(Introspection)
        generator = server._token_generators["default"]
        generator.expires_generator = lambda client, grant_type: world.life

        @app.get("/authorize")
        def authorize():
            user = None if request.args.get("deny") else request.args["login_hint"]
            grant = server.get_consent_grant(end_user=user)
            return server.create_authorization_response(grant=grant, grant_user=user)

        @app.post("/token")
        def token():
            user = "?"
            if request.form.get("grant_type") == "refresh_token":
                user = next((t.user for t in world.tokens if t.refresh == request.form.get("refresh_token")), "?")
                with world.lock:
                    world.busy[user] = world.busy.get(user, 0) + 1
                    world.most_at_once = max(world.most_at_once, world.busy[user])
            try:
                time.sleep(world.delay)
                if world.down:
                    world.refreshes.append((user, "down"))
                    return Response("<html>no</html>", status=503)
                answer = server.create_token_response()
                if world.ends_in is not None and answer.status_code == 200:
                    body = answer.get_json(force=True)
                    return jsonify({**body, "refresh_token_expires_in": world.ends_in})
                return answer
            finally:
                if user != "?":
                    with world.lock:
                        world.busy[user] -= 1

        @app.post("/device")
        def device():
            return server.create_endpoint_response("device_authorization")

        @app.post("/introspect")
        def introspect():
            return server.create_endpoint_response("introspection")


def query(url: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
