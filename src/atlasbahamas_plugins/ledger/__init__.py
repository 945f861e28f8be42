"""The ledger: what is owed to whom and why, in books that nobody can rewrite."""

from atlasbahamas.plugins.manifest import PLUGIN_API, Permission, Plugin

BOOKKEEPERS = ("owner", "manager", "bookkeeper", "admin")

PLUGIN = Plugin(
    name="ledger",
    title="Ledger",
    summary="The books of each organisation: entries that nobody can rewrite, and the proof that they hold",
    version="0.1.0",
    api=PLUGIN_API,
    requires=("leasing",),
    settings="atlasbahamas_plugins.ledger.settings:LedgerSettings",
    wiring="atlasbahamas_plugins.ledger.wiring:includeme",
    models="atlasbahamas_plugins.ledger.tables",
    migrations="atlasbahamas_plugins.ledger.migrations",
    demo="atlasbahamas_plugins.ledger.demo:load_demo",
    commands="atlasbahamas_plugins.ledger.cli:ledger",
    data_export="atlasbahamas_plugins.ledger.personal:export",
    data_erase="atlasbahamas_plugins.ledger.personal:erase",
    data_stays=(
        ("ledger_entry.by_person_id", "the books keep who made an entry; the number leads to a pseudonym"),
        ("ledger_batch.by_person_id", "a rent run keeps who asked for it; the number leads to a pseudonym"),
        ("ledger_batch.reversed_by_id", "a rent run keeps who took it back; the number leads to a pseudonym"),
        ("ledger_bill.paid_by_id", "the landlord keeps who said that a bill was paid; the number leads to a pseudonym"),
        ("ledger_payment.reported_by_id", "the landlord keeps who reported a payment; the number leads to a pseudonym"),
        ("ledger_payment.recorded_by_id", "a receipt keeps who wrote a payment down; the number leads to a pseudonym"),
        ("ledger_payment.decided_by_id", "a receipt keeps who confirmed a payment; the number leads to a pseudonym"),
        ("ledger_gateway_payment.by_person_id", "the landlord keeps who paid online; the number leads to a pseudonym"),
        ("ledger_gateway_payment.refund_by_id", "a payment keeps who gave it back; the number leads to a pseudonym"),
        ("ledger_saved_method.person_id", "payments hang on it; the card is forgotten, and the number leads to a pseudonym"),
        ("ledger_autopay.person_id", "payments hang on it; it has ended, and the number leads to a pseudonym"),
        ("ledger_disposition.by_person_id", "the books keep who settled deposits; the number leads to a pseudonym"),
        ("ledger_plan.proposed_by_id", "a plan keeps who proposed it; the number leads to a pseudonym"),
        ("ledger_plan.written_by_id", "a plan keeps who wrote down that it was agreed; the number leads to a pseudonym"),
        ("ledger_sharing.by_person_id", "shares keep who wrote them down; the number leads to a pseudonym"),
        ("ledger_refund.by_person_id", "the books keep who paid back; the number leads to a pseudonym"),
    ),
    permissions=(
        Permission("ledger:journal:view", "See the books", BOOKKEEPERS),
        Permission("ledger:charge:edit", "Charge rent and fees, give credits, take them back", BOOKKEEPERS),
        Permission("ledger:payment:record", "Record, confirm, refuse and take back payments", BOOKKEEPERS),
        Permission("ledger:bill:edit", "Enter utility bills, pass them on, say that they are paid", BOOKKEEPERS),
        Permission("ledger:period:lock", "Lock and unlock periods of the books", BOOKKEEPERS),
    ),
    critical=True,
)
