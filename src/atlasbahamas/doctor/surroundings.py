"""Checks of what is around the site: Redis, files, the mail server, the certificate, the proxy."""

from __future__ import annotations

import os
import socket
import ssl
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import plaster
from redis import Redis
from redis.exceptions import RedisError

from atlasbahamas.cli.site import Site
from atlasbahamas.doctor.findings import Finding, note, ok, said, wrong
from atlasbahamas.files.store import FolderStore, StoreUnavailable, digest_of, store_of
from atlasbahamas.mail.transport import MAIL_ERRORS, connected
from atlasbahamas.settings import (
    AtlasSettings,
    FileSettings,
    MailSettings,
    RedisSessionSettings,
    Settings,
    server_options,
    variable,
)

SECONDS = 5.0
LEAST_FREE = 2 * 1024**3
CERTIFICATE_ENDS_WITHIN = timedelta(days=14)
GIGABYTE = 1024**3


def check_redis(settings: Settings) -> Iterator[Finding]:
    """Every Redis that the settings name, and the folder of a broker that is one."""
    site, sessions = settings.section(AtlasSettings), settings.section(RedisSessionSettings)
    wanted = {"limits": site.limits, "broker": site.broker}
    if site.sessions == "redis":
        wanted["sessions"] = sessions.redis_url or ""
    for thing, address in wanted.items():
        if address.startswith(("redis", "unix")):
            yield _redis(thing, address.removeprefix("redis+"))
        elif address.startswith("filesystem://"):
            yield _folder(thing, Path(address.removeprefix("filesystem://")))


def _redis(thing: str, address: str) -> Finding:
    try:
        with Redis.from_url(address, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as client:
            client.ping()
    except (RedisError, OSError, ValueError) as error:
        return wrong(thing, f"Redis: {said(error)}", "start Redis, or mend its address and password")
    return ok(thing, "Redis answers")


def _folder(thing: str, folder: Path) -> Finding:
    """Whether this user may write there; a folder that is not there yet is judged by the nearest one above it."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=there, prefix=".atlas-doctor-"):
            pass
    except OSError as error:
        advice = f"give {there} to the user of the site, or make room"
        return wrong(thing, f"{folder} cannot be written to: {os.strerror(error.errno or 0)}", advice)
    return ok(thing, f"{folder} can be written to")


def check_files(settings: Settings) -> Iterator[Finding]:
    """The store of files: whether it answers or can be written to, and how much room is left."""
    store = store_of(settings.section(FileSettings))
    if not isinstance(store, FolderStore):
        try:
            store.exists(digest_of(b"atlas doctor"))
        except StoreUnavailable as error:
            yield wrong("files", said(error), "look whether the S3 server answers, and mend atlas.files.s3_*")
        else:
            yield ok("files", "the S3 server answers")
        return
    yield _folder("files", store.root)
    free = store.free_bytes()
    words = f"{free / GIGABYTE:,.1f} GB are free where files lie"
    yield wrong("disk", words, "make room, or take a larger disk") if free < LEAST_FREE else ok("disk", words)


def check_mail(settings: Settings) -> Iterator[Finding]:
    """Whether mails can leave; nothing is sent."""
    mail = settings.section(MailSettings)
    if mail.transport == "none":
        yield note("mail", "this site sends none", "set mail.transport, or passwords can be recovered from the command line only")
        return
    if mail.transport == "folder":
        yield _folder("mail", Path(mail.folder))
        return
    try:
        with connected(mail) as server:
            server.noop()
    except MAIL_ERRORS as error:
        yield wrong("mail", f"{mail.host}:{mail.port}: {said(error)}", "mend mail.host, port, security, user or password")
    else:
        yield ok("mail", f"{mail.host}:{mail.port} takes mail; `atlas mail test ADDRESS` sends one")
    if not mail.errors_to:
        yield note("mail", "nobody is told of errors", "set mail.errors_to")


def check_certificate(settings: Settings) -> Iterator[Finding]:
    """When the certificate of the public address ends, as a browser sees it."""
    address = urlsplit(settings.section(AtlasSettings).base_url)
    if address.scheme != "https" or address.hostname is None:
        return
    try:
        with (
            socket.create_connection((address.hostname, address.port or 443), timeout=SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=address.hostname) as secured,
        ):
            certificate = secured.getpeercert() or {}
    except (OSError, ssl.SSLError) as error:
        advice = "look at the name, nginx and its certificate; from inside a network the public address may be out of reach"
        yield wrong("certificate", f"{address.netloc}: {said(error)}", advice)
        return
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    words = f"that of {address.netloc} is good until {ends:%d %B %Y}"
    soon = ends - datetime.now(UTC) < CERTIFICATE_ENDS_WITHIN
    yield wrong("certificate", words, "renew it now, and find out why nothing did") if soon else ok("certificate", words)


def check_proxy(site: Site, settings: Settings) -> Iterator[Finding]:
    """Whether site and server believe the same proxy."""
    ours = settings.section(AtlasSettings).trusted_proxy
    server = server_options(plaster.get_settings(str(site.ini), "server:main"), file=str(site.ini), environ=os.environ)
    # `atlas web` tells the server itself what the environment says.
    in_file = variable("atlas.trusted_proxy") not in os.environ
    if in_file and "waitress" in server.get("use", "") and server.get("trusted_proxy", "") != ours:
        yield wrong("proxy", "atlas.trusted_proxy and trusted_proxy in [server:main] differ", "name one address in both")
    elif ours:
        yield ok("proxy", f"forwarded headers are believed from {ours}")
    else:
        yield note("proxy", "none: the address of who asks is the one of the connection")
