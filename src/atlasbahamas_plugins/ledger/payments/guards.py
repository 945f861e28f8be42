"""What the database refuses about payments, and what it keeps by itself, on both databases and whoever writes.

A payment begins as one that was reported. It counts when its entry is in the journal and its parts say what that moved, with the
next number of the receipts. Whoever takes the entry back, the payment is void from then on.
"""

from __future__ import annotations

from atlasbahamas.db.triggers import Trigger, append_only, refusing
from atlasbahamas_plugins.leasing.models import BINDING
from atlasbahamas_plugins.ledger.payments.models import CHEQUE_MOVES, MOVES

BEGINS = "ledger_payment_begins_reported"
MOVED = "ledger_payment_moves"
CONFIRMED = "ledger_payment_is_of_its_entry"
RECEIPT = "ledger_receipt_is_the_next"
VOID = "ledger_payment_void_is_by_a_reversal"
PART = "ledger_payment_part_is_of_its_payment"
CHEQUE = "ledger_cheque_moves"
BOOK = "ledger_receipt_book_counts"

SOURCE = "payment"
CHEQUE_SOURCE = "cheque"
"""What the entries of a payment, and of its cheque, say that they come from."""

_BINDING = ", ".join(f"'{state}'" for state in BINDING)


def _differ(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


def _differ_or_null(*columns: str) -> str:
    return " OR ".join(f"coalesce(NEW.{column}, 0) <> coalesce(OLD.{column}, 0)" for column in columns)


def _listed(moves: dict[str, tuple[str, ...]]) -> str:
    return ", ".join(f"'{state}>{after}'" for state, following in moves.items() for after in following)


_CHANGED = f"""{_differ("id", "ref", "organisation_id", "lease_id", "currency", "rail", "created")}
    OR {_differ_or_null("reported_by_id", "recorded_by_id")}
    OR (OLD.state <> 'reported' AND ({_differ("cents", "received_on")}))
    OR (OLD.entry_number IS NOT NULL AND ({_differ_or_null("entry_number", "receipt_number", "decided_by_id")}
        OR NEW.decided <> OLD.decided OR NEW.receipt_token <> OLD.receipt_token))"""

_CANNOT_BEGIN = f"""NEW.state <> 'reported' OR NOT EXISTS (SELECT 1 FROM leasing_lease
    WHERE id = NEW.lease_id AND organisation_id = NEW.organisation_id AND state IN ({_BINDING}))"""

# Each part is one transfer of the entry and each transfer one part, so their sums are the same.
_NOT_OF_ITS_ENTRY = f"""OLD.state <> 'confirmed' AND NEW.state = 'confirmed' AND (
    NOT EXISTS (SELECT 1 FROM ledger_entry WHERE organisation_id = NEW.organisation_id AND number = NEW.entry_number
        AND source_kind = '{SOURCE}' AND source_ref = NEW.ref AND reverses IS NULL
        AND transfer_count = (SELECT count(*) FROM ledger_payment_part WHERE payment_id = NEW.id))
    OR NEW.cents <> (SELECT coalesce(sum(cents), 0) FROM ledger_payment_part WHERE payment_id = NEW.id)
    OR EXISTS (SELECT 1 FROM ledger_payment_part AS part WHERE part.payment_id = NEW.id
        AND NOT EXISTS (SELECT 1 FROM ledger_transfer
            WHERE organisation_id = NEW.organisation_id AND entry_number = NEW.entry_number
            AND credit_account_id = part.account_id AND cents = part.cents)))"""


# Two who take the same number at once meet the unique constraint.
_NOT_THE_NEXT = """OLD.receipt_number IS NULL AND NEW.receipt_number IS NOT NULL AND NEW.receipt_number <>
    coalesce((SELECT last_number FROM ledger_receipt_book WHERE organisation_id = NEW.organisation_id), -1) + 1"""

_NOT_BY_A_REVERSAL = f"""{_differ_or_null("voided_by")} AND (OLD.voided_by IS NOT NULL
    OR NOT EXISTS (SELECT 1 FROM ledger_entry
        WHERE organisation_id = NEW.organisation_id AND number = NEW.voided_by AND reverses = NEW.entry_number))"""

# Money for a bill comes on the account of bills, whole; all other money never does (domain.md 2.3).
_PART_ASTRAY = """NEW.open_cents <> NEW.cents OR NOT EXISTS (SELECT 1 FROM ledger_payment AS payment
    JOIN ledger_account AS account ON account.id = NEW.account_id AND account.lease_id = payment.lease_id
        AND (account.kind IN ('receivable', 'deposit_receivable') AND NOT EXISTS
                (SELECT 1 FROM ledger_bill_payment WHERE payment_id = NEW.payment_id)
            OR account.kind = 'bill_receivable' AND EXISTS
                (SELECT 1 FROM ledger_bill_payment WHERE payment_id = NEW.payment_id))
    WHERE payment.id = NEW.payment_id AND payment.organisation_id = NEW.organisation_id AND payment.entry_number IS NULL)"""

_CHEQUE_CHANGED = f"""{_differ("payment_id", "organisation_id", "number")}
    OR (OLD.lodged_on IS NOT NULL AND ({_differ("lodged_on", "lodge_entry")}))
    OR (OLD.cleared_on IS NOT NULL AND ({_differ("cleared_on", "clear_entry")}))"""


def _no_entry_of_the_cheque(column: str) -> str:
    return f"""(NEW.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry
        JOIN ledger_payment ON ledger_payment.ref = ledger_entry.source_ref AND ledger_payment.id = NEW.payment_id
        WHERE ledger_entry.organisation_id = NEW.organisation_id AND ledger_entry.number = NEW.{column}
        AND ledger_entry.source_kind = '{CHEQUE_SOURCE}'))"""


_CHEQUE_ASTRAY = f"""(NEW.state <> OLD.state AND (
        (OLD.state || '>' || NEW.state) NOT IN ({_listed(CHEQUE_MOVES)})
        OR NOT EXISTS (SELECT 1 FROM ledger_payment WHERE id = NEW.payment_id AND state = 'confirmed')))
    OR {_no_entry_of_the_cheque("lodge_entry")} OR {_no_entry_of_the_cheque("clear_entry")}"""

_VOID_PAYMENTS = """UPDATE ledger_payment SET voided_by = {reversal}.number,
            state = CASE WHEN EXISTS (SELECT 1 FROM ledger_cheque
                WHERE ledger_cheque.payment_id = ledger_payment.id AND ledger_cheque.state = 'returned')
                THEN 'returned' ELSE 'reversed' END
        {source}WHERE ledger_payment.organisation_id = {reversal}.organisation_id
            AND ledger_payment.entry_number = {reversal}.reverses AND ledger_payment.state = 'confirmed';"""

_VOIDED_WITH_ITS_ENTRY = Trigger(
    "ledger_payment_voided",
    "ledger_entry",
    sqlite=(
        f"""CREATE TRIGGER ledger_payment_voided AFTER INSERT ON ledger_entry WHEN NEW.reverses IS NOT NULL BEGIN
        {_VOID_PAYMENTS.format(reversal="NEW", source="")} END""",
    ),
    postgresql=(
        f"""CREATE OR REPLACE FUNCTION ledger_payment_voided() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM added WHERE reverses IS NOT NULL) THEN
                {_VOID_PAYMENTS.format(reversal="added", source="FROM added ")}
            END IF;
            RETURN NULL;
        END $$""",
        """CREATE TRIGGER ledger_payment_voided AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION ledger_payment_voided()""",
    ),
)

_COUNT_ON = "UPDATE ledger_receipt_book SET last_number = NEW.receipt_number WHERE organisation_id = NEW.organisation_id;"
_WITH_A_RECEIPT = "OLD.receipt_number IS NULL AND NEW.receipt_number IS NOT NULL"
_BOOK_COUNTS = Trigger(
    "ledger_receipt_counted",
    "ledger_payment",
    sqlite=(
        f"CREATE TRIGGER ledger_receipt_counted AFTER UPDATE ON ledger_payment WHEN {_WITH_A_RECEIPT} BEGIN {_COUNT_ON} END",
    ),
    postgresql=(
        f"""CREATE OR REPLACE FUNCTION ledger_receipt_counted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {_WITH_A_RECEIPT} THEN
                {_COUNT_ON}
            END IF;
            RETURN NULL;
        END $$""",
        """CREATE TRIGGER ledger_receipt_counted AFTER UPDATE ON ledger_payment
            FOR EACH ROW EXECUTE FUNCTION ledger_receipt_counted()""",
    ),
)

# A number is in the book when a payment has it.
_MISCOUNTED = """NEW.organisation_id <> OLD.organisation_id OR NEW.last_number <> OLD.last_number + 1
    OR NOT EXISTS (SELECT 1 FROM ledger_payment
        WHERE organisation_id = NEW.organisation_id AND receipt_number = NEW.last_number)"""

TRIGGERS = (
    *append_only("ledger_payment", "id", changed_if=_CHANGED),
    refusing(
        BEGINS,
        "ledger_payment",
        BEGINS,
        "INSERT",
        _CANNOT_BEGIN,
        on_sqlite=" OR EXISTS (SELECT 1 FROM ledger_payment WHERE ref = NEW.ref)",
    ),
    refusing(
        MOVED,
        "ledger_payment",
        MOVED,
        "UPDATE",
        f"NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ({_listed(MOVES)})",
    ),
    refusing(CONFIRMED, "ledger_payment", CONFIRMED, "UPDATE", _NOT_OF_ITS_ENTRY),
    refusing(RECEIPT, "ledger_payment", RECEIPT, "UPDATE", _NOT_THE_NEXT),
    refusing(VOID, "ledger_payment", VOID, "UPDATE", _NOT_BY_A_REVERSAL),
    _BOOK_COUNTS,
    _VOIDED_WITH_ITS_ENTRY,
    *append_only("ledger_payment_part", "id", changed_if=_differ("id", "organisation_id", "payment_id", "account_id", "cents")),
    refusing(
        PART,
        "ledger_payment_part",
        PART,
        "INSERT",
        _PART_ASTRAY,
        on_sqlite=""" OR EXISTS (SELECT 1 FROM ledger_payment_part
            WHERE payment_id = NEW.payment_id AND account_id = NEW.account_id)""",
    ),
    *append_only("ledger_payment_proof", "id"),
    *append_only("ledger_cheque", "payment_id", changed_if=_CHEQUE_CHANGED),
    refusing("ledger_cheque_begins", "ledger_cheque", CHEQUE, "INSERT", "NEW.state <> 'received'"),
    refusing(CHEQUE, "ledger_cheque", CHEQUE, "UPDATE", _CHEQUE_ASTRAY),
    *append_only("ledger_receipt_book", "organisation_id", changed_if=_MISCOUNTED),
    refusing("ledger_receipt_book_begins_empty", "ledger_receipt_book", BOOK, "INSERT", "NEW.last_number <> 0"),
)
