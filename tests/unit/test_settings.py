import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import plaster
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr

from atlasbahamas.plugins.discovery import load_manifests, resolve
from atlasbahamas.settings import (
    CORE_SECTIONS,
    AtlasSettings,
    DatabaseSettings,
    Flag,
    PyramidSettings,
    RedisSessionSettings,
    Section,
    Settings,
    SettingsError,
    Words,
    enabled_plugins,
    load,
    server_options,
    variable,
)
from atlasbahamas.settings.reference import markdown, terminal
from atlasbahamas_plugins.listings.settings import ListingSettings

ROOT = Path(__file__).parents[2]
BASE = {"atlas.secret": "x", "sqlalchemy.url": "sqlite:///a.sqlite"}
LONG = "q7w2e9r4t6y1" * 4
PRODUCTION_ENVIRON = {
    "ATLAS_ATLAS__BASE_URL": "https://homes.internal",
    "ATLAS_ATLAS__SECRET": LONG,
    "ATLAS_REDIS__SESSIONS__SECRET": LONG[::-1],
    "ATLAS_SQLALCHEMY__URL": "postgresql+psycopg2://atlas:pw@db/atlas",
}


class Ledger(Section):
    """A plugin's section."""

    prefix = "ledger"
    names: Words = Field(default=(), description="Names.")
    on: Flag = Field(default=False, description="On.")
    token: SecretStr | None = Field(default=None, min_length=3, description="Token.")
    pool: int = Field(default=1, alias="pool_tail", description="An aliased key.")


def read(raw: dict[str, str], environ: dict[str, str] | None = None) -> Settings:
    return load(raw, (*CORE_SECTIONS, Ledger), file="site.ini", environ=environ or {})


def problems(raw: dict[str, str], environ: dict[str, str] | None = None) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        read(raw, environ)
    return {problem.key: str(problem) for problem in caught.value.problems}


def test_values_are_typed() -> None:
    settings = read(BASE | {"ledger.names": "a b\n  c", "ledger.on": "Yes", "ledger.pool_tail": "7"})
    ledger = settings.section(Ledger)
    assert (ledger.names, ledger.on, ledger.pool) == (("a", "b", "c"), True, 7)
    assert settings.section(AtlasSettings).time_zone == "America/Nassau"


@given(st.lists(st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1)))
def test_lists_survive_the_way_to_raw_keys(words: list[str]) -> None:
    raw = read(BASE | {"ledger.names": "\n".join(words)}).as_pyramid()
    assert read(raw).section(Ledger).names == tuple(words)


@given(st.text())
def test_a_secret_is_never_in_a_message_or_shown(text: str) -> None:
    secret = f"hidden{text}hidden"
    settings = read(BASE | {"ledger.token": secret})
    assert secret not in str(settings.shown()) + repr(settings) + repr(settings.section(Ledger))
    refused = problems({"atlas.sceret": secret, "atlas.shared_page_seconds": secret, "sqlalchemy.url": secret})
    assert secret not in str(refused)


def test_a_list_of_secrets_is_read_hidden_and_checked_one_by_one(tmp_path: Path) -> None:
    held = tmp_path / "secret"
    held.write_text("first-of-them\n\nsecond-of-them\n")
    environ = {"ATLAS_ATLAS__SECRET_FILE": str(held)}
    settings = read(BASE, environ)
    assert [key.get_secret_value() for key in settings.section(AtlasSettings).secret] == ["first-of-them", "second-of-them"]
    assert "of-them" not in str(settings.shown()) + repr(settings.section(AtlasSettings))
    assert {"first-of-them", "second-of-them"} <= settings.secrets()
    assert read(settings.as_pyramid()).section(AtlasSettings).secret == settings.section(AtlasSettings).secret
    held.write_text(" \n")
    assert "is not acceptable" in problems(BASE, environ)["atlas.secret"]
    weak = {"atlas.profile": "production", "atlas.secret": f"{LONG} change-me"}
    assert "(number 2 of its list) is too short" in problems(BASE | weak)["atlas.secret"]


def test_sessions_in_redis_have_a_secret_of_their_own_in_production() -> None:
    same = {"atlas.profile": "production", "atlas.sessions": "redis", "atlas.secret": LONG, "redis.sessions.secret": LONG}
    assert "another one than atlas.secret" in problems(BASE | same)["redis.sessions.secret"]


def test_unknown_key_names_file_key_and_nearest_match() -> None:
    found = problems(BASE | {"atlas.profle": "test", "reload_templates": "true", "zzz": "1"})
    assert found["atlas.profle"] == "site.ini: atlas.profle is not a setting; did you mean atlas.profile?"
    assert "did you mean pyramid.reload_templates?" in found["reload_templates"]
    assert found["zzz"].endswith("is not a setting")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("redis.sessions.url", "redis.sessions.redis_url"),
        ("session.secret", "atlas.secret"),
        ("tm.attempts", "retry.attempts"),
    ],
)
def test_old_names_are_refused_with_the_new(old: str, new: str) -> None:
    assert problems(BASE | {old: "1"})[old] == f"site.ini: {old} is an old name; use {new}"


def test_keys_of_the_framework_are_not_settings() -> None:
    read(BASE | {"here": "/", "__file__": "/site.ini", "use": "egg:atlasbahamas"})


def test_all_problems_at_once() -> None:
    found = problems({"ledger.on": "ture", "ledger.pool_tail": "x", "atlas.profile": "prod", "nope": "1"}, {"ATLAS_X": "1"})
    assert {
        "ledger.on",
        "ledger.pool_tail",
        "atlas.profile",
        "nope",
        "ATLAS_X",
        "atlas.secret",
        "sqlalchemy.url",
    } == set(found)
    assert "ATLAS_SQLALCHEMY__URL" in found["sqlalchemy.url"]


def test_environment_wins_and_files_are_read(tmp_path: Path) -> None:
    held = tmp_path / "secret"
    held.write_text("from-file\n")
    settings = read(BASE, {"ATLAS_ATLAS__SECRET_FILE": str(held), "ATLAS_SQLALCHEMY__URL": "sqlite:///b.sqlite"})
    assert settings.section(AtlasSettings).secret == (SecretStr("from-file"),)
    assert settings.section(DatabaseSettings).url == "sqlite:///b.sqlite"


@pytest.mark.parametrize("kind", ["development", "test", "prod"])
def test_the_environment_does_not_lower_a_production_file(tmp_path: Path, kind: str) -> None:
    held = tmp_path / "profile"
    held.write_text(kind)
    name = "ATLAS_ATLAS__PROFILE"
    for environ in ({name: kind}, {f"{name}_FILE": str(held)}):
        found = problems(SAFE | {"atlas.demo": "true"}, environ)
        # The other guards are still there, and speak at the same time.
        assert set(found) == {"atlas.profile", "atlas.demo"}
        assert found["atlas.profile"].startswith(next(iter(environ)))
        assert "is production in site.ini" in found["atlas.profile"]
    raised = problems(SAFE | {"atlas.profile": "development", "atlas.demo": "true"}, {name: "production"})
    assert set(raised) == {"atlas.demo"}
    read(SAFE, {name: "production"})


def test_bad_environment_is_refused(tmp_path: Path) -> None:
    environ = {
        "ATLAS_ATLAS__SECRET_FILE": str(tmp_path / "none"),
        "ATLAS_ATLAS__PROFLE": "test",
        "ATLAS_INI": "x",
        "ATLAS_TEST_REQUIRE": "all",
    }
    found = problems(BASE, environ)
    assert set(found) == {"atlas.secret", "ATLAS_ATLAS__PROFLE"}
    assert "did you mean ATLAS_ATLAS__PROFILE?" in found["ATLAS_ATLAS__PROFLE"]
    held = tmp_path / "s"
    held.write_text("a")
    both = {"ATLAS_ATLAS__SECRET_FILE": str(held), "ATLAS_ATLAS__SECRET": "b"}
    assert "set twice" in problems(BASE, both)["atlas.secret"]


def test_redis_sessions_need_their_keys() -> None:
    assert set(problems(BASE | {"atlas.sessions": "redis"})) == {
        "redis.sessions.secret",
        "redis.sessions.redis_url",
    }


def test_production_refuses_all_at_once() -> None:
    found = problems({
        "atlas.profile": "production", "atlas.secret": "change-me", "sqlalchemy.url": "sqlite:///a",
        "atlas.demo": "true", "atlas.limits": "sqlite:///l", "atlas.sessions": "redis",
        "redis.sessions.secret": "development" * 5,
        "redis.sessions.redis_url": "redis://h/0", "atlas.shared_page_seconds": "many", "sqlalchemy.echo": "true",
        "pyramid.includes": "pyramid_debugtoolbar", "mail.transport": "folder", "mail.folder": "/mail",
        "redis.sessions.serialize": "pickle.dumps",
    })  # fmt: skip
    assert set(found) == {
        "atlas.secret", "sqlalchemy.url", "atlas.demo", "atlas.limits", "atlas.trusted_proxy",
        "atlas.broker", "atlas.cookies_secure", "redis.sessions.secret", "redis.sessions.cookie_secure",
        "atlas.shared_page_seconds", "atlas.base_url", "redis.sessions.redis_url", "sqlalchemy.echo", "pyramid.includes",
        "mail.transport", "redis.sessions.serialize",
    }  # fmt: skip
    assert all(re.search(r"must|make one|is not a setting|should", text) for text in found.values()), found


SAFE = {
    "atlas.profile": "production", "atlas.secret": LONG, "sqlalchemy.url": "postgresql://u:p@h/d", "atlas.sessions": "redis",
    "redis.sessions.secret": LONG[::-1], "redis.sessions.redis_url": "redis://127.0.0.1/0", "atlas.limits": "redis://localhost/1",
    "redis.sessions.cookie_secure": "true", "atlas.broker": "redis://[::1]:6379/2", "atlas.trusted_proxy": "127.0.0.1",
    "atlas.cookies_secure": "true", "atlas.base_url": "https://h.internal", "mail.transport": "smtp", "mail.host": "127.0.0.1",
    "mail.sender": "Homes <homes@h.example>", "mail.security": "none",
}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("atlas.base_url", "http://h.internal"),
        ("atlas.base_url", "https://homes.example.com"),
        ("atlas.base_url", "https://EXAMPLE.org.:8443"),
        ("atlas.base_url", "https://homes.test"),
        ("atlas.base_url", "https://[homes"),
        ("mail.transport", "none"),
        ("mail.sender", "AtlasBahamas <no-reply@localhost.localdomain>"),
        ("mail.host", "smtp.example.com"),
        ("sqlalchemy.echo", "yes"),
        ("sqlalchemy.url", "mysql+pymysql://u:p@h/d"),
        ("atlas.secret", "a" * 40),
        ("redis.sessions.secret", "012345678" * 5),
        ("pyramid.includes", "pyramid_debugtoolbar"),
        ("redis.sessions.redis_url", "redis://cache:6379/0"),
        ("redis.sessions.redis_url", "rediss://10.0.0.5/0"),
        ("atlas.limits", "redis+sentinel://a:26379,b:26379/mymaster"),
        ("atlas.broker", "redis://user@cache/2"),
    ],
)
def test_each_guard_alone(key: str, value: str) -> None:
    read(SAFE)
    found = problems(SAFE | {key: value})
    assert set(found) == {"mail.security" if key == "mail.host" else key}
    read(SAFE | {key: value, "atlas.profile": "development"})


@pytest.mark.parametrize("text", ["*", "nginx", "proxy.example.com", "10.0.0.0/8", "10.0.0.1 10.0.0.2", "10.0.0.1:80"])
@pytest.mark.parametrize("kind", ["development", "production"])
def test_whom_to_believe_is_one_address_in_any_profile(kind: str, text: str) -> None:
    found = problems(SAFE | {"atlas.profile": kind, "atlas.trusted_proxy": text})
    assert set(found) == {"atlas.trusted_proxy"}
    assert "must be one IP address, such as 127.0.0.1" in found["atlas.trusted_proxy"]


def test_whom_to_believe_may_be_an_address_of_either_kind() -> None:
    for text in ("10.0.0.1", "2001:db8::1", " 127.0.0.1 "):
        assert read(SAFE | {"atlas.trusted_proxy": text}).section(AtlasSettings).trusted_proxy == text.strip()
    assert read(BASE | {"atlas.trusted_proxy": " "}).section(AtlasSettings).trusted_proxy == ""


@pytest.mark.parametrize("key", ["redis.sessions.redis_url", "atlas.limits", "atlas.broker"])
@pytest.mark.parametrize(
    "url", ["redis://:pw@cache/0", "redis://cache/0?password=pw", "rediss://u:pw@10.0.0.5/0", "redis://127.0.0.9"]
)
def test_a_redis_elsewhere_has_a_password_and_one_here_may_have_none(key: str, url: str) -> None:
    read(SAFE | {key: url})


def test_a_redis_at_a_socket_needs_no_password() -> None:
    read(SAFE | {"redis.sessions.redis_url": "unix:///run/redis.sock", "atlas.limits": "redis+unix:///run/redis.sock"})


SAMPLES = {
    "atlas.profile": "test", "atlas.secret": "one two", "atlas.plugins": "a b", "atlas.sessions": "redis", "atlas.broker": "redis://b/0",
    "atlas.limits": "redis://l/0", "atlas.base_url": "https://b", "atlas.trusted_proxy": "10.0.0.1", "atlas.time_zone": "UTC",
    "atlas.registration": "closed", "sqlalchemy.url": "postgresql://a@h/d",
    "sqlalchemy.migration_url": "postgresql://b@h/d", "mail.transport": "folder", "mail.security": "tls",
    "mail.sender": "a@b.example", "mail.errors_to": "c@d.example", "redis.sessions.secret": "three", "redis.sessions.redis_url": "redis://r/0",
    "redis.sessions.cookie_samesite": "strict", "redis.sessions.cookie_name": "c", "atlas.files.store": "file:///f",
    "atlas.files.s3_endpoint": "http://s3", "atlas.files.s3_key": "k", "atlas.files.s3_secret": "s",
    "pyramid.default_locale_name": "de",
    "sandbox.url": "http://127.0.0.1:7", "sandbox.secret": "x", "atlas.files.max_megabytes": "16",
}  # fmt: skip
"""A value of each key that is no default, and that goes with the others; numbers and switches are worked out."""

FEATURES = load_manifests(("portfolio", "listings", "leasing", "ledger", "sandbox"))
ALL_SECTIONS = (*CORE_SECTIONS, *(resolve(manifest.settings) for manifest in FEATURES if manifest.settings))


def sample(cls: type[Section], key: str, name: str) -> str:
    if key in SAMPLES:
        return SAMPLES[key]
    info = cls.model_fields[name]
    default = info.get_default()
    if isinstance(default, bool):
        return "false" if default else "true"
    if isinstance(default, int):
        return str(default + 1)
    if get_origin(info.annotation) is Literal:
        return str(next(choice for choice in get_args(info.annotation) if choice != default))
    if key.startswith("leasing.notice_"):
        return "9 days"
    return "7" if info.annotation == int | None else "words"


@pytest.mark.parametrize(
    ("url", "owner", "key"),
    [
        ("sqlite:///a", "postgresql://o:pw@h/d", "sqlalchemy.migration_url"),
        ("postgresql://o:pw@h/d", "postgresql://o:pw@h/d", "sqlalchemy.migration_url"),
        ("postgresql://h/d", "postgresql://o:pw@h/d", "sqlalchemy.url"),
        ("postgresql://a@h/d", "no address", "sqlalchemy.migration_url"),
    ],
)
def test_the_role_of_migrations_is_another_one_of_the_same_kind(url: str, owner: str, key: str) -> None:
    found = problems(BASE | {"sqlalchemy.url": url, "sqlalchemy.migration_url": owner})
    assert set(found) == {key}
    assert "pw" not in found[key]
    read(BASE | {"sqlalchemy.url": "postgresql://a@h/d", "sqlalchemy.migration_url": "postgresql://o:pw@h/d"})


def test_any_key_comes_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    wanted = {key: sample(cls, key, name) for cls in ALL_SECTIONS for key, name in cls.keys().items()}
    raw = BASE | {"here": "/"}
    assert len({variable(key) for key in wanted} | {f"{variable(key)}_FILE" for key in wanted}) == 2 * len(wanted)
    environ = {variable(key): text for key, text in wanted.items()}
    said = load(raw, ALL_SECTIONS, file="site.ini", environ=environ)
    assert said.as_pyramid() == wanted
    files = {}
    for key, text in wanted.items():
        (tmp_path / key).write_text(f"{text}\n")
        files[f"{variable(key)}_FILE"] = str(tmp_path / key)
    from_files = load(raw, ALL_SECTIONS, file="site.ini", environ=files)
    assert from_files.as_pyramid() == wanted
    assert {key: source for key, _, source in from_files.shown()} == {key: f"{variable(key)}_FILE" for key in wanted}


def test_keys_of_the_server_come_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "listen").write_text("0.0.0.0:80\n")
    environ = {"ATLAS_SERVER__THREADS": "9", "ATLAS_SERVER__LISTEN_FILE": str(tmp_path / "listen"), "ATLAS_SERVER__IDENT": "x"}
    raw = {"use": "egg:waitress#main", "threads": "8", "ident": "y", "backlog": "7"}
    found = server_options(raw, file="site.ini", environ=environ)
    assert found == {"use": "egg:waitress#main", "threads": "9", "ident": "x", "backlog": "7", "listen": "0.0.0.0:80"}
    with pytest.raises(SettingsError, match="ATLAS_SERVER__THREDS matches no setting; did you mean ATLAS_SERVER__THREADS"):
        server_options(raw, file="site.ini", environ={"ATLAS_SERVER__THREDS": "9"})
    assert problems(BASE, {"ATLAS_SERVE__LISTEN": "x"}).keys() == {"ATLAS_SERVE__LISTEN"}
    read(BASE, {"ATLAS_SERVER__LISTEN": "x"})


@pytest.mark.parametrize("url", ["postgresql://u:p@ss/w?rd@h/d", "postgresql://h/d?password=p@ss/w?rd", "redis://:p@ss/w?rd@h/1"])
def test_passwords_in_addresses_are_masked(url: str) -> None:
    settings = read(BASE | {"atlas.limits": url})
    assert "ss/w" not in str(settings.shown()) + repr(settings.section(AtlasSettings))
    assert settings.as_pyramid()["atlas.limits"] == url


@pytest.mark.filterwarnings("ignore:'cgi' is deprecated", "ignore:.*pkg_resources")
def test_raw_keys_suit_the_session_package() -> None:
    from pyramid_session_redis.util import _parse_settings

    raw = read(BASE | {"redis.sessions.secret": "s", "redis.sessions.redis_url": "redis://h/0"}).as_pyramid()
    options = _parse_settings(raw)
    assert options["redis_socket_timeout"] == 2.0
    assert options["cookie_httponly"] is True
    assert "atlas.trusted_proxy" in raw
    assert raw["pyramid.reload_templates"] == "false"


EVERY_SECTION = (*CORE_SECTIONS, ListingSettings)
"""The core's, and those of the features that the INI files name."""


@pytest.mark.parametrize(("name", "environ"), [("development.ini", {}), ("production.ini", PRODUCTION_ENVIRON)])
def test_every_key_of_the_shipped_files_is_known(name: str, environ: dict[str, str]) -> None:
    raw = plaster.get_settings(str(ROOT / name), "app:main")
    settings = load(raw, EVERY_SECTION, file=name, environ=environ)
    listed = ("portfolio", "listings", "leasing", "ledger")
    assert settings.section(AtlasSettings).plugins == enabled_plugins(raw, environ={}) == listed
    assert settings.section(PyramidSettings).default_locale_name == "en"
    assert settings.section(RedisSessionSettings).cookie_samesite == "lax"


def test_production_file_holds_no_secret_and_wants_an_address() -> None:
    raw = plaster.get_settings(str(ROOT / "production.ini"), "app:main")
    assert not {"atlas.secret", "sqlalchemy.url", "redis.sessions.secret"} & set(raw)
    with pytest.raises(SettingsError) as caught:
        load(raw, EVERY_SECTION, file="production.ini", environ={})
    assert {p.key for p in caught.value.problems} == {
        "atlas.secret",
        "sqlalchemy.url",
        "redis.sessions.secret",
        "atlas.base_url",
    }


def test_reference_is_up_to_date_and_complete() -> None:
    assert (ROOT / "docs/operators/settings-reference.md").read_text() == markdown(CORE_SECTIONS)
    text = terminal((*CORE_SECTIONS, Ledger))
    sections: tuple[type[Section], ...] = (*CORE_SECTIONS, Ledger)
    assert all(key in text for cls in sections for key in list(cls.keys()))
    assert all(info.description for cls in CORE_SECTIONS for info in cls.model_fields.values())
