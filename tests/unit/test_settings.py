from pathlib import Path

import plaster
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr

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
)
from atlasbahamas.settings.reference import markdown, terminal
from atlasbahamas_plugins.listings.settings import ListingSettings

ROOT = Path(__file__).parents[2]
BASE = {"atlas.secret": "x", "sqlalchemy.url": "sqlite:///a.sqlite"}
LONG = "q7" * 20
PRODUCTION_ENVIRON = {
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
        "redis.sessions.redis_url": "redis://h/0", "atlas.shared_page_seconds": "many",
    })  # fmt: skip
    assert set(found) == {
        "atlas.secret", "sqlalchemy.url", "atlas.demo", "atlas.limits", "atlas.trusted_proxy",
        "atlas.broker", "atlas.cookies_secure", "redis.sessions.secret", "redis.sessions.cookie_secure",
        "atlas.shared_page_seconds",
    }  # fmt: skip


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


def test_production_file_holds_no_secret() -> None:
    raw = plaster.get_settings(str(ROOT / "production.ini"), "app:main")
    assert not {"atlas.secret", "sqlalchemy.url", "redis.sessions.secret"} & set(raw)
    with pytest.raises(SettingsError) as caught:
        load(raw, EVERY_SECTION, file="production.ini", environ={})
    assert {p.key for p in caught.value.problems} == {
        "atlas.secret",
        "sqlalchemy.url",
        "redis.sessions.secret",
    }


def test_reference_is_up_to_date_and_complete() -> None:
    assert (ROOT / "docs/operators/settings-reference.md").read_text() == markdown(CORE_SECTIONS)
    text = terminal((*CORE_SECTIONS, Ledger))
    sections: tuple[type[Section], ...] = (*CORE_SECTIONS, Ledger)
    assert all(key in text for cls in sections for key in list(cls.keys()))
    assert all(info.description for cls in CORE_SECTIONS for info in cls.model_fields.values())
