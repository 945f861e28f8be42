"""A public site as it stands in the docs: production.ini, two web processes, and nginx with the configuration of deploy/nginx."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from over_http import Person

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.programs import PATIENCE, Answer, Place, Program
from atlasbahamas.testing.services import RedisServer, free_port, need

DOMAIN = "homes.internal"
MAIN = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
daemon off;
worker_processes 2;
events {{ }}
http {{
    # As Debian's own file has it.
    gzip on;
    default_type application/octet-stream;
    types {{ text/html html; }}
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    include {folder}/atlas.conf;
}}
"""


def production_environ(database: str, redis: str, folder: Path) -> dict[str, str]:
    """What production.ini wants from the environment: its address, secrets, and where its servers and its files are."""
    return {
        "ATLAS_INI": "production.ini",
        "ATLAS_ATLAS__BASE_URL": f"https://{DOMAIN}",
        "ATLAS_ATLAS__SECRET": secrets.token_urlsafe(48),
        "ATLAS_REDIS__SESSIONS__SECRET": secrets.token_urlsafe(48),
        "ATLAS_SQLALCHEMY__URL": database,
        "ATLAS_REDIS__SESSIONS__REDIS_URL": redis,
        "ATLAS_ATLAS__LIMITS": redis,
        "ATLAS_ATLAS__BROKER": redis,
        "ATLAS_ATLAS__FILES__STORE": f"file://{folder}/files",
    }


def filled(**blanks: str) -> subprocess.CompletedProcess[str]:
    """What deploy/nginx/fill.sh says."""
    words = [str(sites.ROOT / "deploy/nginx/fill.sh"), *(f"{name}={value}" for name, value in blanks.items())]
    return subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)


class Nginx:
    """nginx before web processes at some ports of this machine, with a certificate of its own making."""

    def __init__(self, folder: Path, web: Sequence[int]) -> None:
        program = need("NGINX")
        self.folder = folder
        self.http, self.https = free_port(), free_port()
        folder.mkdir()
        self.certificate, key = folder / "certificate.pem", folder / "key.pem"
        words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        names = ["-subj", f"/CN={DOMAIN}", "-addext", f"subjectAltName=DNS:{DOMAIN}"]
        subprocess.run(
            ["openssl", *words, *names, "-keyout", key, "-out", self.certificate],
            check=True,
            capture_output=True,
            timeout=PATIENCE,
        )
        done = filled(
            domain=DOMAIN,
            certificate=str(self.certificate),
            key=str(key),
            web=" ".join(f"127.0.0.1:{port}" for port in web),
            http=f"127.0.0.1:{self.http}",
            https=f"127.0.0.1:{self.https}",
            cache=f"{folder}/cache",
        )
        assert done.returncode == 0, done.stderr
        (folder / "atlas.conf").write_text(done.stdout)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user))
        with (folder / "log").open("wb") as out, (folder / "said").open("wb") as err:
            process = subprocess.Popen(
                [program, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"],
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        self.program = Program(process, folder / "said")
        self.program.wait_for(self._listens, "port")

    def _listens(self) -> bool:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.https), timeout=5).close()
            return True
        return False

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines of its log so far."""
        return [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]

    def trusting(self) -> ssl.SSLContext:
        """A client that knows its certificate, and no other."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def connection(self, source: str = "127.0.0.1") -> http.client.HTTPSConnection:
        """A connection to the site by its name, which leads to this machine."""
        return Through(self, source)

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        host: str = DOMAIN,
        source: str = "127.0.0.1",
        **headers: str,
    ) -> Answer:
        """A request over TLS."""
        connection = self.connection(source)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, {"Host": host, **named})
            with connection.getresponse() as response:
                return Answer(response.status, response.headers, response.read().decode(errors="replace"))
        finally:
            connection.close()

    def close(self) -> None:
        """End it."""
        if self.program.process.poll() is None:
            self.program.end(signal.SIGTERM)


class Through(http.client.HTTPSConnection):
    """A connection to the site by its name, as if the name led to this machine."""

    def __init__(self, nginx: Nginx, source: str) -> None:
        self._context_of_it = nginx.trusting()
        super().__init__(DOMAIN, 443, timeout=PATIENCE, context=self._context_of_it)
        self._address, self._source = ("127.0.0.1", nginx.https), source

    def connect(self) -> None:
        """To this machine, whatever the name."""
        plain = socket.create_connection(self._address, PATIENCE, (self._source, 0))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._context_of_it.wrap_socket(plain, server_hostname=DOMAIN)


class Caller(Person):
    """A browser with cookies that comes through nginx."""

    def __init__(self, nginx: Nginx, address: str = "127.0.0.1") -> None:
        super().__init__(nginx.https, address)
        self.nginx = nginx
        self.headers = {"Origin": f"https://{DOMAIN}"}

    def connection(self) -> http.client.HTTPConnection:
        """Over TLS."""
        return self.nginx.connection(self.address)


@dataclass
class PublicSite:
    """All of it, running. Web processes are known by their ports."""

    place: Place
    nginx: Nginx
    web: dict[int, Program]
    redis: RedisServer
    server: str = "main"

    @property
    def database(self) -> str:
        """The URL of its database."""
        return self.place.environ["ATLAS_SQLALCHEMY__URL"]

    def begin(self, port: int) -> None:
        """Start a web process without waiting for it."""
        self.web[port] = begun(self.place, port, self.server)

    def start(self, port: int) -> None:
        """Start a web process and wait until it answers."""
        self.begin(port)
        self.web[port].listens(f"http://127.0.0.1:{port}")

    def stop(self, port: int, how: signal.Signals = signal.SIGTERM) -> int:
        """End a web process; gives its exit code."""
        return self.web[port].end(how)

    def close(self) -> None:
        """End everything."""
        self.nginx.close()
        for program in self.web.values():
            if program.process.poll() is None:
                program.end(signal.SIGKILL)


def begun(place: Place, port: int, server: str) -> Program:
    """A web process of a place; its words go into a folder of its own."""
    assert place.output is not None
    output = place.output / str(port)
    output.mkdir(exist_ok=True)
    return replace(place, output=output, running=[]).start("atlas", "web", "--server", server, "--listen", f"127.0.0.1:{port}")


@contextmanager
def public_site(folder: Path, *, server: str = "main", postgresql: str = "", **environ: str) -> Iterator[PublicSite]:
    """The site with the demo data in PostgreSQL, with a Redis of its own that keeps what it has, two processes of one `server`;
    before them nginx.

    `postgresql` is the URL of another server than the one that the tests share.
    """
    need("NGINX")
    postgresql = postgresql or need("POSTGRESQL")
    url = sites.copy_postgresql(postgresql)
    home = folder / "site"
    home.mkdir()
    sites.copy_demo_files(folder)
    for name in ("production.ini", "alembic.ini"):
        (home / name).write_text((sites.ROOT / name).read_text())
    (home / "alembic").symlink_to(sites.ROOT / "alembic")
    (folder / "redis").mkdir()
    # From here on there is something to stop.
    redis = RedisServer(folder=folder / "redis")
    web: dict[int, Program] = {}
    try:
        place = Place(home, environ=production_environ(url, redis.url, folder) | environ, output=folder)
        ports = [free_port(), free_port()]
        for port in ports:
            web[port] = begun(place, port, server)
        nginx = Nginx(folder / "nginx", ports)
        site = PublicSite(place, nginx, web, redis, server)
        try:
            for port, program in web.items():
                program.listens(f"http://127.0.0.1:{port}")
            yield site
        finally:
            site.close()
    finally:
        for program in web.values():
            if program.process.poll() is None:
                program.end(signal.SIGKILL)
        redis.stop()
        sites.drop_postgresql(postgresql, url)
