from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from atlasbahamas.cli import atlas as command
from atlasbahamas.settings import CORE_SECTIONS
from atlasbahamas.settings.reference import markdown

GOOD = """[app:main]
use = egg:atlasbahamas
atlas.secret = hidden-value
sqlalchemy.url = postgresql://atlas:hidden-value@db/atlas
atlas.limits = sqlite:///%(here)s/limits.sqlite
"""


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    file = tmp_path / "site.ini"
    file.write_text(GOOD)
    return file


def atlas(*arguments: object, **environ: str) -> Result:
    return CliRunner().invoke(command, [str(a) for a in arguments], env=environ)


def test_check_is_content(ini: Path) -> None:
    result = atlas("-c", ini, "settings", "check")
    assert result.exit_code == 0, result.output
    assert "in order" in result.output


def test_check_names_all_problems_on_one_line_each(ini: Path) -> None:
    ini.write_text(GOOD + "atlas.profle = hidden-value\natlas.demo = hidden-value\n")
    result = atlas("settings", "check", ATLAS_INI=str(ini))
    assert result.exit_code == 1
    assert "did you mean atlas.profile?" in result.output
    assert len(result.output.strip().splitlines()) == 2
    assert "hidden-value" not in result.output


def test_check_finds_a_server_that_believes_another_proxy(ini: Path) -> None:
    ini.write_text(GOOD + "atlas.trusted_proxy = 10.0.0.2\n[server:main]\nuse = egg:waitress\ntrusted_proxy = 10.0.0.3\n")
    result = atlas("-c", ini, "settings", "check")
    assert result.exit_code == 1
    assert "atlas.trusted_proxy and trusted_proxy in [server:main] differ" in result.output
    together = atlas("-c", ini, "settings", "check", ATLAS_ATLAS__DEMO="perhaps", ATLAS_SERVER__THREADS_FILE="/nowhere")
    assert [line.split(": ")[1].split()[0] for line in together.output.removeprefix("Error: ").strip().splitlines()] == [
        "atlas.demo", "server.threads",
    ]  # fmt: skip
    assert atlas("-c", ini, "settings", "check", ATLAS_SERVER__TRUSTED_PROXY="10.0.0.2").exit_code == 0
    ini.write_text(ini.read_text().replace("10.0.0.3", "10.0.0.2"))
    assert atlas("-c", ini, "settings", "check").exit_code == 0


def test_show_masks_and_says_where_from(ini: Path) -> None:
    result = atlas("-c", ini, "settings", "show", ATLAS_ATLAS__DEMO="yes")
    assert result.exit_code == 0, result.output
    assert "hidden-value" not in result.output
    assert "atlas.secret = ********" in result.output
    assert "atlas.demo = true  (ATLAS_ATLAS__DEMO)" in result.output
    assert f"atlas.limits = sqlite:///{ini.parent}/limits.sqlite" in result.output


def test_reference_of_core_needs_no_file() -> None:
    result = atlas("-c", "none.ini", "settings", "reference", "--core")
    assert (result.exit_code, result.output) == (0, markdown(CORE_SECTIONS))


@pytest.mark.parametrize("text", ["[other]\na = b\n", "atlas.secret = hidden-value\n", "[app:main]\nx = %(hidden-value)s\n"])
def test_unreadable_file_is_one_line(ini: Path, text: str) -> None:
    ini.write_text(text)
    result = atlas("-c", ini, "settings", "check")
    assert result.exit_code == 1
    assert len(result.output.strip().splitlines()) == 1
    assert "hidden-value" not in result.output


def test_missing_file(tmp_path: Path) -> None:
    result = atlas("-c", tmp_path / "none.ini", "settings", "show")
    assert result.exit_code == 1
    assert "no such file" in result.output
