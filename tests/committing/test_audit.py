"""The record: what each trigger refuses, what is recorded of whom, and that it can be proved; on both databases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from atlasbahamas.audit import services
from atlasbahamas.audit.actor import ACTOR, COMMAND, Actor, NobodyActs, job_actor
from atlasbahamas.audit.models import AuditDetail, AuditEntry, AuditRelease
from atlasbahamas.cli import atlas
from atlasbahamas.db import WriteRefused
from atlasbahamas.people.models import Organisation
from atlasbahamas.people.services import edit_organisation
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.requests import request_to
from atlasbahamas.testing.site import Site

SOMEBODY = Actor(1, "owner", "203.0.113.7", "Lynx/2.9", "abcdef0123456789")


def write(site: Site, actor: Actor = SOMEBODY, action: str = "atlas:thing:done", **more: Any) -> AuditEntry:
    values: dict[str, Any] = {"about": ("thing", "t-1"), "organisation_id": 1, **more}
    with site.db.transaction() as db:
        db.info[ACTOR] = actor
        services.record(db, action, **values)
    return entries(site)[-1]


def entries(site: Site) -> list[AuditEntry]:
    with site.db.transaction("read") as db:
        found = list(db.scalars(select(AuditEntry).order_by(AuditEntry.id)))
        db.expunge_all()
        return found


def parts(site: Site, entry: AuditEntry) -> dict[str, dict[str, Any]]:
    with site.db.transaction("read") as db:
        return services.entry_parts(db, entry.id)


def dialect(site: Site) -> str:
    return site.db.engine.dialect.name


REFUSED = {
    "an entry is changed": "UPDATE audit_entry SET action = 'a:b:c' WHERE id = :id",
    "an entry is deleted": "DELETE FROM audit_entry WHERE id = :id",
    "a detail is changed": "UPDATE audit_detail SET content = '{}' WHERE entry_id = :id",
    "a detail is deleted": "DELETE FROM audit_detail WHERE entry_id = :id",
    "a release is changed": "UPDATE audit_release SET reason = 'retention' WHERE entry_id = :id - 1",
    "a release is deleted": "DELETE FROM audit_release WHERE entry_id = :id - 1",
}
ENTRY = "(id, at, role, action, request_id) SELECT id, at, 'nobody', action, request_id FROM audit_entry WHERE id = :id"
DETAIL = "SELECT entry_id, part, salt, '{}' FROM audit_detail WHERE entry_id = :id AND part = 'change'"
ON_SQLITE = {
    "an entry is replaced": f"INSERT OR REPLACE INTO audit_entry {ENTRY}",
    "an entry is replaced in short": f"REPLACE INTO audit_entry {ENTRY}",
    "an entry is upserted": f"INSERT INTO audit_entry {ENTRY} ON CONFLICT (id) DO UPDATE SET role = 'nobody'",
    "a detail is replaced": f"INSERT OR REPLACE INTO audit_detail (entry_id, part, salt, content) {DETAIL}",
    "a detail is replaced by its row": "INSERT OR REPLACE INTO audit_detail (rowid, entry_id, part, salt, content)"
    " SELECT max(rowid), 1, 'origin', 's', '{}' FROM audit_detail",
    "a release is replaced": "REPLACE INTO audit_release SELECT entry_id, part, 'retention', at FROM audit_release",
}
ON_POSTGRESQL = {
    "entries are truncated": "TRUNCATE audit_entry CASCADE",
    "details are truncated": "TRUNCATE audit_detail",
    "releases are truncated": "TRUNCATE audit_release",
    "people are truncated": "TRUNCATE person CASCADE",
    "an entry is upserted": f"INSERT INTO audit_entry {ENTRY} ON CONFLICT (id) DO UPDATE SET role = 'nobody'",
}


def test_nothing_of_the_record_can_be_changed_by_plain_sql(site: Site) -> None:
    released = write(site, after={"name": "gone"})
    with site.db.transaction() as db:
        services.release(db, "change", AuditEntry.id == released.id, reason="erasure", now=sites.START)
    last = write(site, after={"name": "kept"})
    assert last.id == released.id + 1
    statements = REFUSED | (ON_SQLITE if dialect(site) == "sqlite" else ON_POSTGRESQL)
    before = site.counts()
    for what, statement in statements.items():
        with pytest.raises(IntegrityError, match="is_append_only"), site.db.transaction() as db:
            db.execute(text(statement), {"id": last.id} if ":id" in statement else {})
        assert site.counts() == before, what
    assert parts(site, last)["change"] == {"after": {"name": "kept"}}


def test_each_refusal_is_by_its_trigger(site: Site) -> None:
    """Without the trigger every statement above goes through: it is the trigger that refuses, and no other rule."""
    write(site, after={"name": "x"})
    last = write(site, after={"name": "kept"})
    on = " ON audit_entry" if dialect(site) == "postgresql" else ""
    with site.db.write_engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"DROP TRIGGER audit_entry_no_update{on}")
    with site.db.transaction() as db:
        db.execute(text(REFUSED["an entry is changed"]), {"id": last.id})
    assert entries(site)[-1].action == "a:b:c"


def test_a_detail_goes_only_when_its_own_part_was_released(site: Site) -> None:
    entry = write(site, after={"name": "x"})
    with site.db.transaction() as db:
        row = AuditRelease(entry_id=entry.id, part="origin", reason="erasure", at=sites.START)
        db.add(row)
    with pytest.raises(IntegrityError, match="is_append_only"), site.db.transaction() as db:
        db.execute(text("DELETE FROM audit_detail WHERE entry_id = :id AND part = 'change'"), {"id": entry.id})
    with site.db.transaction() as db:
        db.execute(text("DELETE FROM audit_detail WHERE entry_id = :id AND part = 'origin'"), {"id": entry.id})
    assert set(parts(site, entry)) == {"change"}


def test_who_where_and_what_are_recorded(site: Site) -> None:
    entry = write(site, before={"rent_cents": 100}, after={"rent_cents": 200}, note="as agreed")
    assert (entry.person_id, entry.role, entry.organisation_id) == (1, "owner", 1)
    assert (entry.about_kind, entry.about_ref, entry.request_id) == ("thing", "t-1", "abcdef0123456789")
    assert parts(site, entry) == {
        "change": {"before": {"rent_cents": 100}, "after": {"rent_cents": 200}, "note": "as agreed"},
        "origin": {"address": "203.0.113.7", "agent": "Lynx/2.9"},
    }


def test_a_job_and_a_command_have_no_person_and_no_origin(site: Site) -> None:
    for actor, role in ((COMMAND, "command"), (job_actor("rent run"), "system:rent run")):
        entry = write(site, actor)
        assert (entry.person_id, entry.role, entry.change_digest, entry.origin_digest) == (None, role, None, None)
        assert parts(site, entry) == {}


def test_a_session_that_does_not_say_who_acts_records_nothing(site: Site) -> None:
    before = site.counts()
    with pytest.raises(NobodyActs, match="who is acting"), site.db.transaction() as db:
        edit_organisation(db, db.scalars(select(Organisation)).first(), name="By nobody", brea_licence="")
    assert site.counts() == before


def test_an_action_has_three_words_and_a_value_is_plain(site: Site) -> None:
    for action in ("changed", "portfolio:unit", "portfolio:unit:Changed", "portfolio:unit:changed:again", ""):
        with pytest.raises(ValueError, match="plugin:thing:verb"):
            write(site, action=action)
    with pytest.raises(TypeError, match="cannot be kept"):
        write(site, after={"thing": object()})


def test_what_is_rolled_back_leaves_no_entry(site: Site) -> None:
    before = site.counts()
    with pytest.raises(RuntimeError), site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        edit_organisation(db, db.scalars(select(Organisation)).first(), name="Soon forgotten", brea_licence="")
        raise RuntimeError
    assert site.counts() == before


def test_a_get_cannot_record(site: Site) -> None:
    request = request_to(site.app.registry, "/", method="GET")
    with pytest.raises(WriteRefused), request.tm:
        services.record(request.db, "atlas:thing:done", about=None, organisation_id=None)


def test_changes_are_those_fields_that_differ(site: Site) -> None:
    with site.db.transaction() as db:
        row = db.scalars(select(Organisation).where(Organisation.brea_licence.is_not(None))).one()
        name, licence = row.name, row.brea_licence
        assert services.changes(row, ("name", "brea_licence")) == ({}, {})
        row.name, row.brea_licence = name, None
        assert services.changes(row, ("name", "brea_licence")) == ({"brea_licence": licence}, {"brea_licence": None})
        new = Organisation(name="New")
        assert services.changes(new, ("name", "brea_licence")) == ({}, {"name": "New"})
        db.rollback()


def forge(site: Site, statement: str, **values: Any) -> None:
    """What somebody who owns the database could do: switch the triggers off, and write."""
    with site.db.write_engine.connect() as connection, connection.begin():
        for table in ("audit_entry", "audit_detail"):
            for event in ("update", "delete"):
                on = f" ON {table}" if dialect(site) == "postgresql" else ""
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_{event}{on}")
        connection.execute(text(statement), values)


def verified(site: Site) -> services.Verified:
    with site.db.transaction("read") as db:
        return services.verify(db)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ('UPDATE audit_detail SET content = \'{"note":"other"}\' WHERE entry_id = :id', "does not fit"),
        ("UPDATE audit_detail SET salt = 'x' WHERE entry_id = :id", "does not fit"),
        ("DELETE FROM audit_detail WHERE entry_id = :id", "nobody let it go"),
        ("UPDATE audit_entry SET change_digest = NULL WHERE id = :id", "never had"),
    ],
)
def test_verify_finds_what_was_forged(site: Site, statement: str, problem: str) -> None:
    entry = write(site, COMMAND, after={"rent": 1})
    fine = verified(site)
    assert fine.findings == ()
    assert fine.entries == len(entries(site))
    assert fine.fitting == site.counts()["audit_detail"]
    forge(site, statement, id=entry.id)
    findings = verified(site).findings
    assert [(finding.entry_id, finding.part) for finding in findings] == [(entry.id, "change")]
    assert problem in findings[0].problem


def test_retention_lets_details_go_and_leaves_the_entries(site: Site) -> None:
    before = site.counts()
    later = sites.START.replace(year=sites.START.year + 1)
    with site.db.transaction() as db:
        gone = services.release_before(db, later, now=later)
    after = site.counts()
    assert gone == before["audit_detail"] == after["audit_release"]
    assert after["audit_detail"] == 0
    assert after["audit_entry"] == before["audit_entry"]
    assert verified(site).findings == ()
    assert verified(site).released == gone
    kept = write(site, COMMAND, after={"rent": 1})
    with site.db.transaction() as db:
        assert services.release_before(db, sites.START, now=later) == 0
    assert parts(site, kept)["change"] == {"after": {"rent": 1}}


def test_canonical_json_is_one_form_for_one_content() -> None:
    assert services.canonical({"b": 1, "a": "é"}) == services.canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'
    assert json.loads(services.canonical({"day": sites.START})) == {"day": "2026-06-01T15:00:00+00:00"}


def test_a_digest_without_its_salt_says_nothing(site: Site) -> None:
    """The same change twice has two digests: nobody can try names against an entry whose salt is gone."""
    one, two = (write(site, after={"name": "Marva"}) for _ in range(2))
    assert one.change_digest != two.change_digest
    with site.db.transaction("read") as db:
        salts = set(db.scalars(select(AuditDetail.salt).where(AuditDetail.entry_id.in_((one.id, two.id)))))
    assert len(salts) == 4


def test_the_command_proves_the_record_and_fails_when_it_does_not_hold(site: Site, tmp_path: Path) -> None:
    ini = tmp_path / "site.ini"
    lines = ["[app:main]", "use = egg:atlasbahamas", "atlas.secret = x", f"sqlalchemy.url = {site.url}"]
    ini.write_text("\n".join(lines))
    entry = write(site, COMMAND, after={"rent": 1})
    done = CliRunner().invoke(atlas, ["-c", str(ini), "audit", "verify"])
    assert done.exit_code == 0, done.output
    assert f"{len(entries(site))} entries" in done.output
    forge(site, "DELETE FROM audit_detail WHERE entry_id = :id", id=entry.id)
    done = CliRunner().invoke(atlas, ["-c", str(ini), "audit", "verify"])
    assert done.exit_code == 1
    assert f"entry {entry.id}: its change has lost its detail" in done.output
    done = CliRunner().invoke(atlas, ["-c", str(ini), "audit", "prune", "--keep-days", "36500"])
    assert "0 details were let go" in done.output
