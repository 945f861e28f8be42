"""What the database refuses about shares, and what it keeps by itself, on both databases and whoever writes.

Shares come first, and the row that they are of seals them: it refuses unless they are of tenants of its lease and add up. Who
reports a payment is noted as who pays it.
"""

from __future__ import annotations

from atlasbahamas.db.triggers import Trigger, append_only, refusing

SEALS = "ledger_sharing_adds_up"
SEALED = "ledger_share_is_sealed"
PAYER = "ledger_payer_is_a_tenant"

_OF = "lease_id = NEW.lease_id AND starts = NEW.starts"
_ASTRAY = f"""NEW.total <> (SELECT coalesce(sum(weight), 0) FROM ledger_share WHERE {_OF})
    OR 2 > (SELECT count(*) FROM ledger_share WHERE {_OF})
    OR EXISTS (SELECT 1 FROM ledger_share WHERE {_OF} AND NOT EXISTS (SELECT 1 FROM leasing_party
        WHERE id = ledger_share.party_id AND lease_id = NEW.lease_id AND role <> 'guarantor'))
    OR NOT EXISTS (SELECT 1 FROM leasing_lease WHERE id = NEW.lease_id AND organisation_id = NEW.organisation_id)"""
_KEPT = ("id", "ref", "organisation_id", "lease_id", "starts", "kind", "liability", "total", "made")
# Words may be redacted.
_CHANGED = " OR ".join(
    [
        *(f"NEW.{column} <> OLD.{column}" for column in _KEPT),
        *(f"coalesce(NEW.{column}, 0) <> coalesce(OLD.{column}, 0)" for column in ("entry_number", "by_person_id")),
    ]
)
_NO_TENANT = """NOT EXISTS (SELECT 1 FROM ledger_payment JOIN leasing_party ON leasing_party.lease_id = ledger_payment.lease_id
    WHERE ledger_payment.id = NEW.payment_id AND leasing_party.id = NEW.party_id AND leasing_party.role <> 'guarantor')"""

_NOTE = """INSERT INTO ledger_payer (payment_id, party_id)
        SELECT NEW.id, min(leasing_party.id) FROM leasing_party
        JOIN portfolio_contact ON portfolio_contact.id = leasing_party.contact_id
        WHERE leasing_party.lease_id = NEW.lease_id AND leasing_party.role <> 'guarantor'
            AND portfolio_contact.person_id = NEW.reported_by_id
        HAVING count(*) > 0;"""
_NOTED = Trigger(
    "ledger_payer_noted",
    "ledger_payment",
    sqlite=(
        f"""CREATE TRIGGER ledger_payer_noted AFTER INSERT ON ledger_payment WHEN NEW.reported_by_id IS NOT NULL BEGIN
        {_NOTE} END""",
    ),
    postgresql=(
        f"""CREATE OR REPLACE FUNCTION ledger_payer_noted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.reported_by_id IS NOT NULL THEN
                {_NOTE}
            END IF;
            RETURN NULL;
        END $$""",
        """CREATE TRIGGER ledger_payer_noted AFTER INSERT ON ledger_payment
            FOR EACH ROW EXECUTE FUNCTION ledger_payer_noted()""",
    ),
)

TRIGGERS = (
    *append_only("ledger_sharing", "id", changed_if=_CHANGED),
    refusing(
        SEALS,
        "ledger_sharing",
        SEALS,
        "INSERT",
        _ASTRAY,
        on_sqlite=f" OR EXISTS (SELECT 1 FROM ledger_sharing WHERE ref = NEW.ref OR ({_OF}))",
    ),
    *append_only("ledger_share", "lease_id", "starts", "party_id"),
    refusing(SEALED, "ledger_share", SEALED, "INSERT", f"EXISTS (SELECT 1 FROM ledger_sharing WHERE {_OF})"),
    refusing(PAYER, "ledger_payer", PAYER, "INSERT", _NO_TENANT),
    refusing("ledger_payer_stays_a_tenant", "ledger_payer", PAYER, "UPDATE", f"NEW.payment_id <> OLD.payment_id OR {_NO_TENANT}"),
    _NOTED,
)
