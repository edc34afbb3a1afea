"""Dovecot over TLS and STARTTLS on loopback, with a certificate authority of its own; one new user per test.

Dovecot needs no root and must not read mail as root: where the tests run as root, it runs as `nobody`. Its folder
lies outside of pytest's, which only its owner can enter.
"""

from __future__ import annotations

import base64
import grp
import hashlib
import hmac
import itertools
import json
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.servers.authority import Authority
from tests.servers.maildir import Maildir
from tests.servers.process import free_port

_COMMAND = (
    shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin") or "/usr/sbin/dovecot"
)
_START_SECONDS = 20.0
_ATTEMPTS = 3

# What lets it run as one user without privileges, starts at once and punishes no wrong password with a delay.
_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
mail_home = {folder}/home/%u
mail_location = maildir:~/Maildir
mail_fsync = never
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = yes
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_cache_size = 0
mailbox_list_index = yes
imap_max_line_length = 1M
mail_max_userip_connections = 100
login_log_format_elements = user=<%u> method=%m %c
imap_logout_format = in=%i out=%o
passdb {{
  driver = passwd-file
  args = scheme=plain {folder}/users/%u
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
userdb {{
  driver = prefetch
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {starttls_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
{mailboxes}
}}
"""
_SPECIAL = {"Sent": "\\Sent", "Drafts": "\\Drafts", "Spam": "\\Junk", "Trash": "\\Trash", "Archive": "\\Archive"}
_OAUTH = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/jwt/
username_attribute = sub
"""
_USERINFO = """
introspection_mode = auth
introspection_url = {url}
username_attribute = email
"""
_JWT_SECRET = b"a secret that only the tests know"


@dataclass(frozen=True, slots=True)
class MailAccount:
    """A user of the server. `maildir` is where messages can be put without the server's help."""

    user: str
    password: str
    maildir: Maildir

    def token(self, *, lifetime: float = 600.0, secret: bytes = _JWT_SECRET) -> str:
        """An access token, valid for some seconds from now (negative: it was)."""
        header = {"typ": "JWT", "alg": "HS256", "kid": "default"}
        now = int(time.time())
        claims = {"sub": self.user, "iat": now - 3600, "exp": int(now + lifetime)}
        signed = b".".join(_base64url(json.dumps(each).encode()) for each in (header, claims))
        return (signed + b"." + _base64url(hmac.digest(secret, signed, hashlib.sha256))).decode("ascii")


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class DovecotServer:
    """One running Dovecot. `account()` makes a new user with an empty mailbox and flagged special folders.

    It looks at tokens itself, or asks the address `userinfo` whose they are (OpenID Connect Core 1.0, 5.3).
    """

    def __init__(self, special: Iterable[str] = _SPECIAL, userinfo: str = "") -> None:
        self._oauth = _USERINFO.format(url=userinfo) if userinfo else ""
        self.folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self._owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self._special = tuple(special)
        self._numbers = itertools.count(1)
        self.authority = Authority(self.folder)
        self._write_files()
        self._process = self._start()

    @property
    def ca_file(self) -> Path:
        return self.authority.file

    def account(
        self, user: str | None = None, *, password: str = "dovecot “password”", compact: bool = False
    ) -> MailAccount:
        """A new user. `compact` keeps many messages in one file, for mailboxes of tens of thousands (no `maildir`)."""
        user = user or f"user{next(self._numbers)}"
        home = self.folder / "home" / user
        home.mkdir()
        self._hand_over(home)
        extra = f"userdb_mail=mdbox:~/mdbox userdb_home={home}" if compact else ""
        # A file for each: Dovecot reads a file of all again only when its time has changed by a second.
        (self.folder / "users" / user).write_text(f"{user}:{{PLAIN}}{password}::::::{extra}\n", encoding="utf-8")
        return MailAccount(user, password, Maildir(home / "Maildir", (self._owner.pw_uid, self._owner.pw_gid)))

    def stop(self) -> None:
        """Ends the server and its children at once, and removes everything it stored."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write_files(self) -> None:
        self.folder.chmod(0o755)
        for each in ("run", "state", "home", "users", "jwt/default/HS256"):
            (self.folder / each).mkdir(parents=True)
        self.authority.issue("server")
        (self.folder / "oauth2.conf").write_text(self._oauth or _OAUTH.format(folder=self.folder), encoding="utf-8")
        key = self.folder / "jwt" / "default" / "HS256" / "default"
        key.write_bytes(base64.b64encode(_JWT_SECRET))
        for path in (self.folder, *self.folder.rglob("*")):
            self._hand_over(path)

    def _hand_over(self, path: Path) -> None:
        os.chown(path, self._owner.pw_uid, self._owner.pw_gid)

    def _start(self) -> subprocess.Popen[bytes]:
        for _ in range(_ATTEMPTS):
            self.starttls_port, self.tls_port = free_port(), free_port()
            (self.folder / "dovecot.conf").write_text(self._config(), encoding="utf-8")
            shutil.rmtree(self.folder / "run")  # what an earlier attempt left there holds the next one up for seconds
            (self.folder / "run").mkdir()
            self._hand_over(self.folder / "run")
            process = self._launch()
            if self._ready(process):
                return process
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        files = (self.folder / each for each in ("errors", "log"))
        told = "".join(each.read_text(errors="replace")[-2000:] for each in files if each.exists())
        raise RuntimeError(f"Dovecot did not start: {told}")

    def _launch(self) -> subprocess.Popen[bytes]:
        other = os.geteuid() == 0
        with (self.folder / "errors").open("ab") as errors:
            return subprocess.Popen(
                [_COMMAND, "-F", "-c", str(self.folder / "dovecot.conf")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
                user=self._owner.pw_uid if other else None,
                group=self._owner.pw_gid if other else None,
                extra_groups=[] if other else None,
            )

    def _config(self) -> str:
        mailboxes = "\n".join(
            f'  mailbox "{each}" {{\n    special_use = {_SPECIAL[each]}\n    auto = create\n  }}'
            for each in self._special
        )
        return _CONFIG.format(
            folder=self.folder,
            user=self._owner.pw_name,
            group=grp.getgrgid(self._owner.pw_gid).gr_name,
            starttls_port=self.starttls_port,
            tls_port=self.tls_port,
            mailboxes=mailboxes,
        )

    def _ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether it greets: an open port alone says nothing."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with (
                    socket.create_connection(("127.0.0.1", self.tls_port), timeout=5) as plain,
                    context.wrap_socket(plain, server_hostname="localhost") as secured,
                ):
                    if secured.recv(4096).startswith(b"* OK"):
                        return True
            except OSError:
                time.sleep(0.02)
        return False
