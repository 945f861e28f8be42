"""docker-compose.yml, read with the .env that `atlas deploy init` really writes: there is no engine where the tests run."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from unit_files import command_of

from atlasbahamas.cli import atlas
from atlasbahamas.testing.programs import Place
from atlasbahamas.testing.site import ROOT

SITES = ("migrate", "web", "worker", "beat")
VARIABLE = re.compile(r"\$\$|\$\{(\w+)(:?\?|:-)([^}]*)\}|\$")
DEFAULTS = {"VERSION": "latest"}
SECRETS = ("SIGNING_SECRET", "SESSION_SECRET", "DATABASE_PASSWORD", "DATABASE_OWNER_PASSWORD", "REDIS_PASSWORD")
ASKED = ("--domain", "homes.internal", "--mail-host", "smtp.example.com")


class Refused(Exception):
    """What the engine says instead of starting."""


def filled(value: Any, environ: dict[str, str]) -> Any:
    """A document with its variables put in, as the engine does it: `${NAME:?words}`, `${NAME?words}` and `${NAME:-default}`."""
    if isinstance(value, dict):
        return {key: filled(item, environ) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, environ) for item in value]
    if not isinstance(value, str):
        return value

    def put(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        assert found[1], f"not a variable that refuses: {value}"
        if found[2] == ":-":
            assert DEFAULTS[found[1]] == found[3]
            return environ.get(found[1]) or found[3]
        if found[1] not in environ or (found[2] == ":?" and not environ[found[1]]):
            raise Refused(found[3])
        return environ[found[1]]

    return VARIABLE.sub(put, value)


def document() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return read


def run(place: Place, *words: str, typed: str = "", **environ: str) -> Result:
    """The command in a folder, in this process: dozens of starts would take a minute."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place.folder)
        return CliRunner().invoke(atlas, words, input=typed, env=environ)


def read_env(path: Path) -> dict[str, str]:
    found = re.findall(r"^(\w+)='([^']*)'$", path.read_text(), re.MULTILINE)
    return dict(found)


@pytest.fixture
def written(place: Place) -> dict[str, str]:
    """What is in the .env that the command writes."""
    done = run(place, "deploy", "init", *ASKED, "--mail-user", "")
    assert done.exit_code == 0, done.output
    return read_env(place.folder / ".env")


def test_it_is_written_for_its_owner_alone_with_new_secrets_that_nobody_sees(place: Place) -> None:
    words = (*ASKED, "--mail-user", "atlas", "--mail-password-file", "-")
    found = []
    for name in ("one", "two"):
        done = run(place, "deploy", "init", *words, "--to", name, typed="pass-of-the-mail\n")
        assert done.exit_code == 0, done.output
        path = place.folder / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        values = read_env(path)
        assert values["MAIL_PASSWORD"] == "pass-of-the-mail"
        assert not any(values[key] in done.output for key in (*SECRETS, "MAIL_PASSWORD"))
        found += [values[key] for key in SECRETS]
    assert len(set(found)) == 2 * len(SECRETS)
    assert all(re.fullmatch("[0-9a-f]{64}", secret) for secret in found)


def test_it_is_never_written_over(place: Place, written: dict[str, str]) -> None:
    done = run(place, "deploy", "init", *ASKED, "--mail-user", "")
    assert done.exit_code == 1
    assert "never written over" in done.output
    assert read_env(place.folder / ".env") == written


def test_it_asks_for_what_was_not_said(place: Place) -> None:
    done = run(place, "deploy", "init", typed="https://no\nhomes.example.com\nHomes.Internal\nsmtp.example.com\n\n")
    assert done.exit_code == 0, done.output
    assert "must be a name such as homes.example.com" in done.output
    values = read_env(place.folder / ".env")
    assert "homes.example.com is that of a sample" in done.output
    assert values["DOMAIN"] == "homes.internal"
    assert values["MAIL_SENDER"] == "AtlasBahamas <homes@homes.internal>"


@pytest.mark.parametrize(
    "words",
    [
        ("--domain", "homes;rm"),
        ("--mail-sender", "nobody"),
        ("--mail-user", "it's"),
        # Production takes it for a server on this machine only, which in a container is the container itself.
        ("--mail-security", "none"),
        ("--to", "no/such/folder/.env"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(place: Place, words: tuple[str, ...]) -> None:
    done = run(place, "deploy", "init", *ASKED, "--mail-user", "", *words, typed="a-password\n")
    assert done.exit_code in (1, 2)
    assert isinstance(done.exception, SystemExit)
    assert not (place.folder / ".env").exists()


def test_every_variable_is_needed_and_has_no_default(written: dict[str, str]) -> None:
    named = re.findall(r"(?<!\$)\$\{(\w+)(:?\?run atlas deploy init)\}", (ROOT / "docker-compose.yml").read_text())
    assert {name for name, _ in named} == set(written)
    # Empty is an answer for these two only.
    assert {name for name, kind in named if not kind.startswith(":")} == {"MAIL_USER", "MAIL_PASSWORD"}
    assert filled(document(), written)
    for missing in written:
        with pytest.raises(Refused, match="run atlas deploy init"):
            filled(document(), {name: value for name, value in written.items() if name != missing})


def test_nothing_is_published_but_nginx() -> None:
    services = document()["services"]
    assert {name for name, service in services.items() if "ports" in service} == {"nginx"}
    assert services["nginx"]["ports"] == ["80:8080", "443:8443"]
    assert not any("network_mode" in service for service in services.values())
    assert document()["networks"]["inside"] == {"internal": True}
    for name in ("database", "redis"):
        assert services[name]["networks"] == ["inside"]


def test_no_container_may_write_or_rise() -> None:
    for name, service in document()["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service
        assert "build" in service or re.fullmatch(r"\d{3}:\d{3}", service["user"]), name


def test_images_are_pinned_and_new_enough() -> None:
    services = document()["services"]
    for name, least in (("database", 16), ("redis", 7), ("nginx", 1)):
        found = re.fullmatch(r"[a-z]+:(\d+)\.\d+(\.\d+)?-bookworm", services[name]["image"])
        assert found is not None, services[name]["image"]
        assert int(found[1]) >= least


def test_web_can_be_scaled_and_comes_after_the_migration() -> None:
    services = document()["services"]
    assert services["web"]["scale"] == 2
    assert "container_name" not in services["web"]
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["restart"] == "no"


def test_there_is_a_version_to_go_back_to(written: dict[str, str]) -> None:
    for version in ("latest", "1.3"):
        services = filled(document(), written | {"VERSION": version})["services"]
        assert {services[name]["image"] for name in SITES} == {f"atlasbahamas:{version}"}
    # What the version before cannot live with is for somebody to ask for, who will not go back.
    assert document()["services"]["migrate"]["command"][-1] == "--expand-only"


def test_commands_exist() -> None:
    services = document()["services"]
    found = {}
    for name in ("migrate", "worker", "beat"):
        program, *words = services[name]["command"]
        assert program == "atlas"
        found[name] = command_of(words).name
    assert found == {"migrate": "upgrade", "worker": "work", "beat": "beat"}


def test_the_settings_of_every_container_are_in_order(place: Place, written: dict[str, str]) -> None:
    services = filled(document(), written)["services"]
    environ = services["web"]["environment"]
    # Nobody but the migration knows the password of whom the tables belong to.
    migrating = services["migrate"]["environment"]
    assert {name: migrating[name] for name in environ} == environ
    assert set(migrating) - set(environ) == {"ATLAS_SQLALCHEMY__MIGRATION_URL"}
    assert all(services[name]["environment"] == environ for name in SITES if name != "migrate")
    assert written["DATABASE_OWNER_PASSWORD"] not in str(environ)
    for each in (environ, migrating):
        done = run(place, "-c", "production.ini", "settings", "check", **each)
        assert done.exit_code == 0, done.output
    shown = run(place, "-c", "production.ini", "settings", "show", **environ).output
    assert f"https://{written['DOMAIN']}" in shown
    assert not any(written[key] in shown for key in SECRETS)
    # The proxy that is believed is nginx, at an address that nobody else can get.
    assert environ["ATLAS_ATLAS__TRUSTED_PROXY"] == services["nginx"]["networks"]["front"]["ipv4_address"]


def test_nginx_is_made_from_the_same_template(place: Place, written: dict[str, str]) -> None:
    service = filled(document(), written)["services"]["nginx"]
    command = (
        service["entrypoint"][2].replace("/deploy/", f"{ROOT}/deploy/nginx/").replace("/etc/nginx/conf.d/", f"{place.folder}/")
    )
    filling, serving = command.split(" && ")
    assert serving.strip() == "exec nginx -g 'daemon off;'"
    place.environ |= service["environment"]
    done = place.run("sh", "-c", filling)
    assert done.returncode == 0, done.stderr
    text = (place.folder / "atlas.conf").read_text()
    assert "server web:6543 max_fails=3 fail_timeout=2s;" in text
    assert f"server_name {written['DOMAIN']};" in text
    published = [port.partition(":")[2] for port in service["ports"]]
    assert [f"listen {port}" in text for port in published] == [True, True]


def test_redis_has_a_password(place: Place, written: dict[str, str]) -> None:
    service = filled(document(), written)["services"]["redis"]
    command = service["command"][2].replace("/tmp/redis.conf", f"{place.folder}/redis.conf").split("&& exec")[0]
    place.environ |= service["environment"]
    assert place.run("sh", "-c", command).returncode == 0
    config = place.folder / "redis.conf"
    assert f"requirepass {written['REDIS_PASSWORD']}\n" in config.read_text()
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def test_whoever_renews_the_certificate_can_leave_an_answer_where_nginx_looks() -> None:
    template = (ROOT / "deploy/nginx/atlas.conf.template").read_text()
    challenge = re.search(r"acme-challenge/ \{\s+root (\S+);", template)
    assert challenge is not None
    assert f"./acme:{challenge[1]}:ro" in document()["services"]["nginx"]["volumes"]
    assert "acme" in (ROOT / ".dockerignore").read_text().split()
