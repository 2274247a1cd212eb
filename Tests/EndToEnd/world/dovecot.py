"""A private Dovecot: IMAP with TLS and STARTTLS, LMTP for Postfix, Sieve with real vacation notices, logins for both."""

import os
import pwd
from pathlib import Path

from .system import alive, banner, end_process, run, uninterrupted, wait_until

CONF = """
instance_name = postern-world
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
hostname = mail.{domain}
postmaster_address = postmaster@{domain}
recipient_delimiter = +
ssl = yes
ssl_cert = <{certs}/server.pem
ssl_key = <{certs}/server-key.pem
ssl_min_protocol = TLSv1.2
auth_mechanisms = plain login
first_valid_uid = 1
mail_location = maildir:~/Maildir
mail_max_userip_connections = 200
mailbox_list_index = yes
submission_host = 127.0.0.1:{smtp}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%Lu {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%Lu {folder}/users
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  unix_listener {folder}/lmtp {{
    mode = 0666
  }}
}}
service auth {{
  unix_listener {folder}/auth {{
    mode = 0666
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
protocol lmtp {{
  mail_plugins = sieve
}}
plugin {{
  sieve = file:~/sieve;active=~/active.sieve
  sieve_vacation_min_period = 0
}}
"""


class Dovecot:
    """One private Dovecot. Every address is a login with its own maildir under `homes/`."""

    def __init__(self, folder: Path, certs: Path, domain: str, ports: dict[str, int]):
        self.folder, self.ports = folder, ports
        self.lmtp, self.auth = folder / "lmtp", folder / "auth"
        self.homes = folder / "homes"
        self.homes.mkdir(parents=True)
        self.conf = folder / "dovecot.conf"
        self.conf.write_text(CONF.format(folder=folder, certs=certs, domain=domain, **ports))
        self.owner = pwd.getpwnam("nobody")
        self.pid = 0
        self.settings: dict[str, dict[str, str]] = {}
        (folder / "users").touch()

    def home(self, address: str) -> Path:
        return self.homes / address.lower()

    def add(self, address: str, password: str, sieve: str | None = None, settings: dict[str, str] | None = None) -> None:
        """Makes a mailbox; works while Dovecot runs. `sieve` is a script that is active from the start; `settings` are of its own, as
        `namespace/inbox/prefix`."""
        self.settings[address.lower()] = settings or {}
        home, uid, gid = self.home(address), self.owner.pw_uid, self.owner.pw_gid
        home.mkdir(mode=0o700, exist_ok=True)
        if sieve:
            (home / "active.sieve").write_text(sieve)
            os.chown(home / "active.sieve", uid, gid)
        os.chown(home, uid, gid)
        self._write_users({**self.users(), address.lower(): password})

    def users(self) -> dict[str, str]:
        """Address and password of everyone."""
        lines = (self.folder / "users").read_text().splitlines()
        return {line.split(":")[0]: line.split(":")[1] for line in lines}

    def set_password(self, address: str, password: str) -> None:
        self._write_users({**self.users(), address.lower(): password})

    def _write_users(self, users: dict[str, str]) -> None:
        # A new file each time: Dovecot reads it again when its inode or time of change differs.
        path, uid, gid = self.folder / "users", self.owner.pw_uid, self.owner.pw_gid
        fresh = path.with_suffix(".new")
        own = {user: " ".join(f"userdb_{name}={value}" for name, value in self.settings.get(user, {}).items()) for user in users}
        fresh.write_text("".join(f"{user}:{word}:{uid}:{gid}::{self.home(user)}::{own[user]}\n" for user, word in users.items()))
        fresh.rename(path)

    def start(self) -> None:
        pid_file = self.folder / "run/master.pid"
        with uninterrupted():
            run("dovecot", "-c", self.conf, start_new_session=True)
            self.pid = int(wait_until("Dovecot's pid", lambda: pid_file.exists() and pid_file.read_text()))
        wait_until("Dovecot's IMAP", lambda: banner(self.ports["imap"]).startswith(b"* OK"))
        wait_until("Dovecot's LMTP", lambda: self.lmtp.exists() and self.auth.exists())

    def stop(self) -> None:
        # The file may be there although the start failed half way, or be gone although the process lives.
        pid_file = self.folder / "run/master.pid"
        pid = int(pid_file.read_text()) if pid_file.exists() else self.pid
        if pid and alive(pid):
            end_process(pid)

    def log(self) -> str:
        path = self.folder / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""
