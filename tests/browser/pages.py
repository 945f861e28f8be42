"""Where every page is, by view: the one place where a new page's address is added.

A view of the introspector that stands neither in ADDRESSES nor in NO_PAGE fails. Words in braces are keys of rows that
`existing` finds in the demo data. A second address of a view shows it in another state: filtered, empty, refused.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import online
from books import books_of
from sqlalchemy import false, func, select
from sqlalchemy.orm import Session

from atlasbahamas.admin import services as administration
from atlasbahamas.audit.actor import ACTOR, Actor
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.audit.services import record
from atlasbahamas.files.models import PICTURE, File
from atlasbahamas.files.services import copy_file
from atlasbahamas.people.invitations import new_token
from atlasbahamas.people.models import Invitation, Membership, Organisation, Person
from atlasbahamas.security.keys import Keys
from atlasbahamas.testing.authorisation import fail_a_job
from atlasbahamas.traversal.keys import long_key
from atlasbahamas.web.formats import NASSAU
from atlasbahamas_plugins.leasing.agreements.models import Document
from atlasbahamas_plugins.leasing.ending import services as ending
from atlasbahamas_plugins.leasing.importing import services as importing
from atlasbahamas_plugins.leasing.inviting.services import Named, invite_from_file
from atlasbahamas_plugins.leasing.leaving.answers import Said, answer_deduction, write_answer_down
from atlasbahamas_plugins.leasing.leaving.models import Deduction, DeductionPhoto
from atlasbahamas_plugins.leasing.leaving.services import (
    DeductionDetails,
    Step,
    add_deduction,
    number_of,
    send_statement,
    statement_content,
    take_step,
)
from atlasbahamas_plugins.leasing.models import DEPOSITS, Lease, LeaseParty
from atlasbahamas_plugins.leasing.notices.models import Notice
from atlasbahamas_plugins.leasing.notices.services import NoticeDetails, Served, give_notice
from atlasbahamas_plugins.leasing.papers.models import Paper
from atlasbahamas_plugins.leasing.settings import Span
from atlasbahamas_plugins.leasing.signing.links import ask_for_signatures
from atlasbahamas_plugins.leasing.statements.services import make_links
from atlasbahamas_plugins.leasing.tenancy.services import invite_parties
from atlasbahamas_plugins.leasing.writing import services as writing
from atlasbahamas_plugins.ledger.bills import services as bills
from atlasbahamas_plugins.ledger.bills.models import BillFile
from atlasbahamas_plugins.ledger.charges.batches import reverse_batch
from atlasbahamas_plugins.ledger.charges.run import run_rent
from atlasbahamas_plugins.ledger.charges.services import ByHand, add_charge, give_credit
from atlasbahamas_plugins.ledger.cheques.services import lodge_cheque
from atlasbahamas_plugins.ledger.deposits import services as deposits
from atlasbahamas_plugins.ledger.gateways.services import start_saving
from atlasbahamas_plugins.ledger.journal.services import lock_period
from atlasbahamas_plugins.ledger.payments import services as paid_for
from atlasbahamas_plugins.ledger.payments.models import Cheque, Payment, PaymentProof
from atlasbahamas_plugins.ledger.payments.services import Paid
from atlasbahamas_plugins.ledger.plans import services as plans
from atlasbahamas_plugins.ledger.plans.schedule import instalments
from atlasbahamas_plugins.ledger.services import PAYMENT, Source, Transfer, post, reverse
from atlasbahamas_plugins.ledger.sharing import services as sharing
from atlasbahamas_plugins.ledger.splitting import split
from atlasbahamas_plugins.listings import services as listings
from atlasbahamas_plugins.listings.models import LIVE, Listing
from atlasbahamas_plugins.listings.offers import services as offering
from atlasbahamas_plugins.listings.offers.models import Offer, OfferPhoto
from atlasbahamas_plugins.listings.review.services import submit_listing
from atlasbahamas_plugins.listings.versions.models import ListingDocument, ListingPhoto, ListingVersion
from atlasbahamas_plugins.portfolio import services as portfolio
from atlasbahamas_plugins.portfolio.bulk.models import BulkEdit
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.handover.models import FormerProperty, Handover
from atlasbahamas_plugins.portfolio.models import Hold, Property, PropertyPhoto, Settlement, Unit, UnitPhoto
from atlasbahamas_plugins.portfolio.out_of_service.models import OutOfService
from atlasbahamas_plugins.portfolio.owners.models import Ownership

View = tuple[str, str]

ROLES = {
    "visitor": None,
    "owner": "keva",
    "leasing": "shanelle",
    "maintenance": "cyril",
    "tenant": "andre",
    "admin": "paula",
}

ORG = "/portfolio/{organisation}/"
PROPERTY = ORG + "properties/{property}/"
UNIT = PROPERTY + "units/{unit}/"
FREE_UNIT = ORG + "properties/{free_property}/units/{free_unit}/"
ISLAND = "/admin/islands/{island}/"
OWNED = ORG + "properties/{owned_property}/"
MENDED_UNIT = ORG + "properties/{mended_property}/units/{mended_unit}/"
LISTING = ORG + "listings/{live}/"
OFFER = "/admin/offers/{offer}/"
DRAFT = ORG + "listings/{draft}/versions/{draft_version}/"
LONG_PAYMENT = ORG + "leases/{long_lease}/ledger/payments/"
HOME_PAYMENTS = "/home/leases/{home_lease}/ledger/payments/"
DEDUCTION = ORG + "leases/{notice_lease}/move-out/deductions/{deduction}/"
BILL, MY_BILL = ORG + "bills/{bill}/", "/home/leases/{home_lease}/bills/"
BILL_ACCOUNTS = ORG + "properties/{bill_property}/units/{bill_unit}/bill-accounts/"
STATES = ("draft", "paused", "withdrawn", "photographed", "in_review", "sent_back", "begun")

ADDRESSES: dict[View, tuple[str, ...]] = {
    ("Root", ""): ("/",),
    ("Root", "sign-in"): ("/sign-in", "/sign-in?next=/let/"),
    ("Root", "register"): ("/register",),
    ("Root", "confirm"): ("/confirm?token=none",),
    ("Root", "recover"): ("/recover", "/recover?sent=yes"),
    ("Root", "reset"): ("/reset?token=none",),
    ("Root", "invitation"): ("/invitation?token=none", "/invitation?token={invitation_token}"),
    ("Root", "unsubscribe"): ("/unsubscribe?token=none",),
    ("Account", "confirm"): ("/account/confirm",),
    ("Account", "password"): ("/account/password",),
    ("Notifications", ""): ("/notifications/", "/notifications/?read=no"),
    ("Notifications", "preferences"): ("/notifications/preferences",),
    ("Invitations", ""): (ORG + "invitations/", ORG + "invitations/?q=nobody"),
    ("Invitations", "new"): (ORG + "invitations/new",),
    ("InvitationNode", ""): (ORG + "invitations/{invitation}/",),
    ("InvitationNode", "send-again"): (ORG + "invitations/{invitation}/send-again",),
    ("InvitationNode", "withdraw"): (ORG + "invitations/{invitation}/withdraw",),
    ("Home", ""): ("/home/",),
    ("Account", ""): ("/account/",),
    ("Account", "data"): ("/account/data",),
    ("Account", "erase"): ("/account/erase",),
    ("Account", "photo"): ("/account/photo",),
    ("Account", "remove-photo"): ("/account/remove-photo",),
    ("Root", "goodbye"): ("/goodbye",),
    ("Organisations", ""): ("/portfolio/",),
    ("OrganisationNode", ""): (ORG,),
    ("OrganisationNode", "edit"): (ORG + "edit",),
    ("Members", ""): (ORG + "members/", ORG + "members/?q=nobody"),
    ("MembershipNode", "edit"): (ORG + "members/{member}/edit",),
    ("MembershipNode", "end"): (ORG + "members/{member}/end",),
    ("OrganisationTrail", ""): (ORG + "audit/", ORG + "audit/?action=nothing"),
    ("OrganisationEntryNode", ""): (ORG + "audit/{entry}/",),
    ("Admin", ""): ("/admin/",),
    ("People", ""): ("/admin/people/", "/admin/people/?q=castle"),
    ("PersonNode", ""): ("/admin/people/{person}/", "/admin/people/{disabled}/", "/admin/people/{administrator}/"),
    ("PersonNode", "disable"): ("/admin/people/{person}/disable",),
    ("PersonNode", "enable"): ("/admin/people/{disabled}/enable",),
    ("PersonNode", "unlock"): ("/admin/people/{person}/unlock",),
    ("PersonNode", "grant"): ("/admin/people/{person}/grant",),
    ("PersonNode", "revoke"): ("/admin/people/{administrator}/revoke", "/admin/people/{person}/revoke"),
    ("EveryOrganisation", ""): ("/admin/organisations/", "/admin/organisations/?q=castle"),
    ("Trail", ""): ("/admin/audit/", "/admin/audit/?action=nothing", "/admin/audit/?after=nothing"),
    ("EntryNode", ""): ("/admin/audit/{entry}/", "/admin/audit/{bare_entry}/"),
    ("LetHome", ""): ("/let/",),
    ("Properties", ""): (ORG + "properties/", ORG + "properties/?q=castle", ORG + "properties/?archived=yes"),
    ("Properties", "new"): (ORG + "properties/new",),
    ("PropertyNode", ""): (
        PROPERTY,
        PROPERTY + "?q=castle",
        ORG + "properties/{archived_property}/",
        ORG + "properties/{bare_property}/",
    ),
    ("PropertyNode", "edit"): (PROPERTY + "edit",),
    ("PropertyNode", "hand-over"): (PROPERTY + "hand-over", ORG + "properties/{offered_property}/hand-over"),
    ("Handovers", ""): (ORG + "handovers/",),
    ("HandoverNode", ""): (ORG + "handovers/{offer_by_us}/", ORG + "handovers/{offer_to_us}/"),
    ("HandoverNode", "accept"): (ORG + "handovers/{offer_to_us}/accept",),
    ("HandoverNode", "decline"): (ORG + "handovers/{offer_to_us}/decline",),
    ("HandoverNode", "withdraw"): (ORG + "handovers/{offer_by_us}/withdraw",),
    ("FormerProperties", ""): (ORG + "former-properties/",),
    ("FormerPropertyNode", ""): (ORG + "former-properties/{former_property}/",),
    ("PropertyNode", "archive"): (PROPERTY + "archive",),
    ("PropertyNode", "restore"): (ORG + "properties/{archived_property}/restore",),
    ("Units", ""): (
        ORG + "units/",
        ORG + "units/?sort=rent-down&state=vacant",
        ORG + "units/?q=castle",
        ORG + "units/?beds=many",
    ),
    ("UnitsOfProperty", "new"): (PROPERTY + "units/new",),
    ("UnitsOfProperty", "several"): (PROPERTY + "units/several",),
    ("UnitsOfProperty", "import"): (PROPERTY + "units/import",),
    ("UnitNode", ""): (UNIT, FREE_UNIT, MENDED_UNIT),
    ("UnitNode", "edit"): (UNIT + "edit",),
    ("UnitNode", "archive"): (UNIT + "archive",),
    ("UnitNode", "restore"): (UNIT + "restore",),
    ("UnitNode", "list"): (FREE_UNIT + "list",),
    ("Holds", "new"): (UNIT + "holds/new",),
    ("HoldNode", "release"): (UNIT + "holds/{hold}/release",),
    ("Islands", ""): ("/admin/islands/", "/admin/islands/?q=castle"),
    ("Islands", "new"): ("/admin/islands/new",),
    ("IslandNode", ""): (ISLAND, ISLAND + "?q=castle"),
    ("IslandNode", "edit"): (ISLAND + "edit",),
    ("IslandNode", "retire"): (ISLAND + "retire",),
    ("IslandNode", "restore"): (ISLAND + "restore",),
    ("IslandNode", "delete"): (ISLAND + "delete",),
    ("Settlements", ""): (ISLAND + "settlements/",),
    ("Settlements", "new"): (ISLAND + "settlements/new",),
    ("SettlementNode", "edit"): (ISLAND + "settlements/{settlement}/edit",),
    ("SettlementNode", "retire"): (ISLAND + "settlements/{settlement}/retire",),
    ("SettlementNode", "restore"): (ISLAND + "settlements/{settlement}/restore",),
    ("SettlementNode", "delete"): (ISLAND + "settlements/{settlement}/delete",),
    ("Utilities", ""): ("/admin/utilities/", "/admin/utilities/?kind=water&q=castle"),
    ("Utilities", "new"): ("/admin/utilities/new",),
    ("UtilityNode", "edit"): ("/admin/utilities/1/edit",),
    ("UtilityNode", "retire"): ("/admin/utilities/1/retire",),
    ("UtilityNode", "restore"): ("/admin/utilities/1/restore",),
    ("Contacts", ""): (ORG + "contacts/", ORG + "contacts/?q=nobody"),
    ("Contacts", "new"): (ORG + "contacts/new",),
    ("ContactNode", "edit"): (ORG + "contacts/{contact}/edit",),
    ("Owners", ""): (OWNED + "owners/", ORG + "properties/{bare_property}/owners/"),
    ("Owners", "change"): (OWNED + "owners/change", ORG + "properties/{bare_property}/owners/change"),
    ("Units", "bulk"): (ORG + "units/bulk", ORG + "units/bulk?state=held"),
    ("UnitsOfProperty", "bulk"): (PROPERTY + "units/bulk",),
    ("BulkEdits", ""): (ORG + "bulk-edits/",),
    ("BulkEditNode", ""): (ORG + "bulk-edits/{bulk_edit}/",),
    ("BulkEditNode", "undo"): (ORG + "bulk-edits/{bulk_edit}/undo",),
    ("TimesOutOfService", "new"): (UNIT + "out-of-service/new",),
    ("OutOfServiceNode", "edit"): (MENDED_UNIT + "out-of-service/{out_of_service}/edit",),
    ("OutOfServiceNode", "end"): (MENDED_UNIT + "out-of-service/{out_of_service}/end",),
    ("PropertyPhotos", ""): (PROPERTY + "photos/", ORG + "properties/{bare_property}/photos/"),
    ("PropertyPhotos", "add"): (PROPERTY + "photos/add",),
    ("PropertyPhotoNode", "edit"): (PROPERTY + "photos/{photo}/edit",),
    ("PropertyPhotoNode", "remove"): (PROPERTY + "photos/{photo}/remove",),
    ("UnitPhotos", ""): (UNIT + "photos/",),
    ("UnitPhotos", "add"): (UNIT + "photos/add",),
    ("UnitPhotoNode", "edit"): (UNIT + "photos/{unit_photo}/edit",),
    ("UnitPhotoNode", "remove"): (UNIT + "photos/{unit_photo}/remove",),
    ("SellProperty", ""): ("/sell/",),
    ("SellProperty", "thanks"): ("/sell/thanks",),
    ("Offers", ""): ("/admin/offers/", "/admin/offers/?q=castle"),
    ("OfferNode", ""): (OFFER, "/admin/offers/{erased_offer}/", "/admin/offers/{ended_offer}/"),
    ("OfferNode", "note"): (OFFER + "note",),
    ("OfferNode", "talk"): (OFFER + "talk",),
    ("OfferNode", "listed"): (OFFER + "listed",),
    ("OfferNode", "close"): (OFFER + "close",),
    ("OfferNode", "erase"): (OFFER + "erase",),
    ("OfferPhotos", ""): (OFFER + "photos/", "/admin/offers/{bare_offer}/photos/"),
    ("OfferPhotos", "add"): (OFFER + "photos/add",),
    ("OfferPhotoNode", "edit"): (OFFER + "photos/{offer_photo}/edit",),
    ("OfferPhotoNode", "remove"): (OFFER + "photos/{offer_photo}/remove",),
    ("Bills", ""): (ORG + "bills/", ORG + "bills/?q=castle", ORG + "bills/?state=overdue"),
    ("Bills", "new"): (ORG + "bills/new", ORG + "bills/new?q=Electric", ORG + "bills/new?q=castle"),
    ("BillNode", ""): (BILL, ORG + "bills/{paid_bill}/", ORG + "bills/{passed_bill}/", ORG + "bills/{kept_bill}/"),
    ("BillNode", "edit"): (BILL + "edit",),
    ("BillNode", "remove"): (BILL + "remove",),
    ("BillNode", "paid"): (BILL + "paid",),
    ("BillNode", "open-again"): (ORG + "bills/{paid_bill}/open-again",),
    ("BillNode", "pass-on"): (ORG + "bills/{kept_bill}/pass-on",),
    ("BillNode", "take-back"): (ORG + "bills/{passed_bill}/take-back",),
    ("BillNode", "record"): (ORG + "bills/{passed_bill}/record",),
    ("BillAccounts", ""): (BILL_ACCOUNTS, FREE_UNIT + "bill-accounts/"),
    ("BillAccounts", "new"): (BILL_ACCOUNTS + "new",),
    ("BillAccountNode", "edit"): (BILL_ACCOUNTS + "{bill_account}/edit",),
    ("BillAccountNode", "close"): (BILL_ACCOUNTS + "{bill_account}/close",),
    ("BillAccountNode", "add"): (BILL_ACCOUNTS + "{bill_account}/add",),
    ("MyBills", ""): (MY_BILL, MY_BILL + "?state=paid"),
    ("MyBillNode", ""): (MY_BILL + "{bill}/", MY_BILL + "{paid_bill}/", MY_BILL + "{passed_bill}/"),
    ("MyBillNode", "paid"): (MY_BILL + "{bill}/paid",),
    ("MyBillNode", "report"): (MY_BILL + "{passed_bill}/report",),
    ("Leases", ""): (ORG + "leases/", ORG + "leases/?q=castle", ORG + "leases/?state=notice&ends=30"),
    ("LeaseNode", ""): (
        ORG + "leases/{long_lease}/",
        *(ORG + f"leases/{{{state}_lease}}/" for state in ("draft", "sent", "active", "notice", "signed", "ended", "cancelled")),
    ),
    ("LeaseNode", "end"): (ORG + "leases/{active_lease}/end",),
    ("Books", ""): (ORG + "books/", ORG + "books/?kind=charge&q=kilometre", ORG + "books/?q=nothing"),
    ("Books", "lock"): (ORG + "books/lock",),
    ("Books", "unlock"): (ORG + "books/unlock",),
    ("LeaseLedger", ""): (
        ORG + "leases/{long_lease}/ledger/",
        ORG + "leases/{active_lease}/ledger/",
        ORG + "leases/{cancelled_lease}/ledger/",
        ORG + "leases/{long_lease}/ledger/?cents=5000",
        "/home/leases/{home_lease}/ledger/",
        "/home/leases/{home_lease}/ledger/?cents=400",
        "/home/leases/{home_lease}/ledger/?cents=none",
    ),
    ("LeaseLedger", "charge"): (ORG + "leases/{long_lease}/ledger/charge",),
    ("LeaseLedger", "credit"): (ORG + "leases/{long_lease}/ledger/credit",),
    ("ChargeNode", "forgive"): (ORG + "leases/{long_lease}/ledger/{charge}/forgive",),
    ("ChargeNode", "take-back"): (ORG + "leases/{long_lease}/ledger/{charge}/take-back",),
    ("CreditNode", "take-back"): (ORG + "leases/{long_lease}/ledger/credits/{credit}/take-back",),
    ("Plans", ""): (ORG + "leases/{long_lease}/ledger/plans/", ORG + "leases/{active_lease}/ledger/plans/"),
    ("Plans", "new"): (
        ORG + "leases/{ended_lease}/ledger/plans/new",
        ORG + "leases/{ended_lease}/ledger/plans/new?count=0&first=soon",
    ),
    ("PlanNode", ""): (
        ORG + "leases/{long_lease}/ledger/plans/{long_plan}/",
        ORG + "leases/{long_lease}/ledger/plans/{ended_plan}/",
        "/home/leases/{home_lease}/ledger/plans/{home_plan}/",
    ),
    ("PlanNode", "agree"): ("/home/leases/{home_lease}/ledger/plans/{home_plan}/agree",),
    ("PlanNode", "decline"): ("/home/leases/{home_lease}/ledger/plans/{home_plan}/decline",),
    ("PlanNode", "write-agreement"): (ORG + "leases/{home_lease}/ledger/plans/{home_plan}/write-agreement",),
    ("PlanNode", "end"): (ORG + "leases/{long_lease}/ledger/plans/{long_plan}/end",),
    ("SharingNode", ""): (
        ORG + "leases/{long_lease}/ledger/sharing/",
        ORG + "leases/{active_lease}/ledger/sharing/",
        "/home/leases/{home_lease}/ledger/sharing/",
    ),
    ("SharingNode", "change"): (ORG + "leases/{long_lease}/ledger/sharing/change",),
    ("PaymentNode", "payer"): (LONG_PAYMENT + "{long_cash}/payer",),
    ("Deposits", ""): (
        ORG + "leases/{ended_lease}/ledger/deposits/",
        ORG + "leases/{long_lease}/ledger/deposits/",
        "/home/leases/{home_lease}/ledger/deposits/",
    ),
    ("Deposits", "use-last-rent"): (ORG + "leases/{long_lease}/ledger/deposits/use-last-rent",),
    ("Deposits", "settle"): (ORG + "leases/{home_lease}/ledger/deposits/settle",),
    ("Deposits", "pay-back"): (ORG + "leases/{ended_lease}/ledger/deposits/pay-back",),
    ("DispositionNode", "take-back"): (ORG + "leases/{ended_lease}/ledger/deposits/{disposition}/take-back",),
    ("RefundNode", "take-back"): (ORG + "leases/{ended_lease}/ledger/deposits/paid-back/{refund}/take-back",),
    ("RentRuns", ""): (ORG + "rent-runs/",),
    ("RentRuns", "new"): (ORG + "rent-runs/new",),
    ("BatchNode", ""): (ORG + "rent-runs/{rent_run}/", ORG + "rent-runs/{reversed_run}/"),
    ("BatchNode", "reverse"): (ORG + "rent-runs/{rent_run}/reverse",),
    ("LedgerEntryNode", ""): (ORG + "books/1/", ORG + "books/2/", ORG + "books/3/"),
    ("LeaseLedger", "charges"): (ORG + "leases/{long_lease}/ledger/charges", "/home/leases/{home_lease}/ledger/charges"),
    ("LeaseLedger", "explain"): (
        ORG + "leases/{long_lease}/ledger/explain",
        ORG + "leases/{long_lease}/ledger/explain?as_at=2026-05-31&known=never",
        "/home/leases/{home_lease}/ledger/explain",
    ),
    ("LeaseLedger", "unpaid"): (ORG + "leases/{long_lease}/ledger/unpaid", "/home/leases/{home_lease}/ledger/unpaid"),
    ("Leases", "rent-roll"): (ORG + "leases/rent-roll", ORG + "leases/rent-roll?owes=none&q=nobody"),
    ("Leases", "ageing"): (ORG + "leases/ageing",),
    ("Charges", ""): (ORG + "charges/", ORG + "charges/?unpaid=older&what=fee"),
    ("Charges", "collection"): (ORG + "charges/collection",),
    ("Units", "occupancy"): (ORG + "units/occupancy",),
    ("ChargeNode", ""): (ORG + "leases/{long_lease}/ledger/{charge}/",),
    ("CreditNode", ""): (ORG + "leases/{long_lease}/ledger/credits/{credit}/",),
    ("LeaseEntryNode", ""): (ORG + "leases/{long_lease}/ledger/entries/{charge_entry}/",),
    ("Statements", ""): (
        ORG + "leases/{long_lease}/ledger/statements/",
        ORG + "leases/{cancelled_lease}/ledger/statements/",
        "/home/leases/{home_lease}/ledger/statements/",
    ),
    ("MonthNode", ""): (
        ORG + "leases/{long_lease}/ledger/statements/{month}/",
        ORG + "leases/{long_lease}/ledger/statements/{month}/?as_at=2020-01-01",
        "/home/leases/{home_lease}/ledger/statements/{month}/",
    ),
    ("BatchNode", "put-right"): (ORG + "rent-runs/{rent_run}/put-right", ORG + "rent-runs/{rent_run}/?counts=no"),
    ("Payments", ""): (ORG + "payments/", ORG + "payments/?state=refused", ORG + "payments/?q=castle&rail=cheque"),
    ("Payments", "cheques"): (ORG + "payments/cheques", ORG + "payments/cheques?state=returned"),
    ("Payments", "to-confirm"): (ORG + "payments/to-confirm", ORG + "payments/to-confirm?q=nobody"),
    ("Payments", "record"): (ORG + "payments/record", ORG + "payments/record?q=a", ORG + "payments/record?q=castle"),
    ("Payments", "confirm"): (ORG + "payments/confirm", ORG + "payments/confirm?payment={long_reported}"),
    ("LeasePayments", ""): (
        ORG + "leases/{long_lease}/ledger/payments/",
        ORG + "leases/{active_lease}/ledger/payments/",
        "/home/leases/{home_lease}/ledger/payments/",
    ),
    ("LeasePayments", "record"): (ORG + "leases/{long_lease}/ledger/payments/record",),
    ("LeasePayments", "allocate"): (ORG + "leases/{long_lease}/ledger/payments/allocate",),
    ("LeasePayments", "report"): ("/home/leases/{home_lease}/ledger/payments/report",),
    ("PaymentNode", ""): (
        *(LONG_PAYMENT + f"{{long_{state}}}/" for state in ("reported", "cash", "back", "cheque", "lodged", "waiting")),
        *(f"/home/leases/{{home_lease}}/ledger/payments/{{home_{state}}}/" for state in ("reported", "cash")),
    ),
    ("PaymentNode", "confirm"): (LONG_PAYMENT + "{long_reported}/confirm",),
    ("PaymentNode", "refuse"): (LONG_PAYMENT + "{long_reported}/refuse",),
    ("PaymentNode", "reverse"): (LONG_PAYMENT + "{long_cash}/reverse",),
    ("PaymentNode", "allocate"): (LONG_PAYMENT + "{long_cash}/allocate",),
    ("PaymentNode", "lodge"): (LONG_PAYMENT + "{long_cheque}/lodge",),
    ("PaymentNode", "clear"): (LONG_PAYMENT + "{long_lodged}/clear",),
    ("PaymentNode", "return"): (LONG_PAYMENT + "{long_lodged}/return",),
    ("PaymentNode", "receipt"): (LONG_PAYMENT + "{long_cash}/receipt", LONG_PAYMENT + "{long_back}/receipt"),
    ("PaymentNode", "refund"): (LONG_PAYMENT + "{long_by_card}/refund",),
    ("LeasePayments", "pay"): (HOME_PAYMENTS + "pay",),
    ("OnlinePaymentNode", ""): (
        LONG_PAYMENT + "online/{long_begun}/",
        *(HOME_PAYMENTS + f"online/{{home_{state}}}/" for state in ("begun", "failed", "paid", "returned")),
    ),
    ("Methods", ""): ("/home/methods/",),
    ("Methods", "add"): ("/home/methods/add",),
    ("MethodNode", ""): tuple(f"/home/methods/{{method_{state}}}/" for state in ("saved", "asked", "failed")),
    ("MethodNode", "remove"): ("/home/methods/{method_saved}/remove",),
    ("Autopays", ""): (ORG + "leases/{home_lease}/ledger/autopay/", "/home/leases/{home_lease}/ledger/autopay/"),
    ("Autopays", "set"): ("/home/leases/{home_lease}/ledger/autopay/set",),
    ("AutopayNode", "pause"): ("/home/leases/{home_lease}/ledger/autopay/{instruction}/pause",),
    ("AutopayNode", "resume"): ("/home/leases/{home_lease}/ledger/autopay/{instruction}/resume",),
    ("AutopayNode", "end"): ("/home/leases/{home_lease}/ledger/autopay/{instruction}/end",),
    ("ReceiptCheck", ""): ("/receipts/{long_receipt}/", "/receipts/{long_void}/"),
    ("Leases", "import"): (ORG + "leases/import",),
    ("Leases", "invite"): (ORG + "leases/invite",),
    ("InvitationFiles", ""): (ORG + "invitation-files/",),
    ("InvitationFileNode", ""): (ORG + "invitation-files/{invitation_file}/",),
    ("LeaseImports", ""): (ORG + "lease-imports/",),
    ("LeaseImportNode", ""): (ORG + "lease-imports/{lease_import}/", ORG + "lease-imports/{undone_import}/"),
    ("LeaseImportNode", "undo"): (ORG + "lease-imports/{lease_import}/undo",),
    ("LeaseNode", "keep"): (ORG + "leases/{notice_lease}/keep",),
    ("LeaseNode", "cancel"): (ORG + "leases/{signed_lease}/cancel",),
    ("LeaseNode", "edit"): (ORG + "leases/{draft_lease}/edit",),
    ("LeaseNode", "send"): (ORG + "leases/{draft_lease}/send", ORG + "leases/{sent_lease}/send"),
    ("LeaseNode", "take-back"): (ORG + "leases/{sent_lease}/take-back",),
    ("LeaseNode", "signed-on-paper"): (ORG + "leases/{sent_lease}/signed-on-paper",),
    ("AgreementNode", ""): (
        ORG + "leases/{sent_lease}/documents/{sent_document}/",
        ORG + "leases/{signed_lease}/documents/{signed_document}/",
    ),
    ("AgreementNode", "certificate"): (ORG + "leases/{sent_lease}/documents/{sent_document}/certificate",),
    ("Papers", "add"): (ORG + "leases/{active_lease}/papers/add",),
    ("PaperNode", "remove"): (ORG + "leases/{long_lease}/papers/{long_paper}/remove",),
    ("LeaseNode", "signing"): (ORG + "leases/{sent_lease}/signing", ORG + "leases/{signed_lease}/signing"),
    ("LeaseNode", "ask"): (ORG + "leases/{sent_lease}/ask",),
    ("LeaseNode", "sign"): (ORG + "leases/{sent_lease}/sign",),
    ("Root", "sign-lease"): ("/sign-lease?token=none", "/sign-lease?token={signing_token}"),
    ("Root", "tenant-invitation"): ("/tenant-invitation?token=none", "/tenant-invitation?token={invitation_token}"),
    ("LeaseNode", "renew"): (ORG + "leases/{active_lease}/renew",),
    ("LeaseNode", "rent"): (ORG + "leases/{active_lease}/rent",),
    ("LeaseNode", "sign-ins"): (ORG + "leases/{sent_lease}/sign-ins", ORG + "leases/{active_lease}/sign-ins"),
    ("LeaseNode", "invite"): (ORG + "leases/{sent_lease}/invite",),
    ("LeaseNode", "withdraw-invitation"): (ORG + "leases/{sent_lease}/withdraw-invitation",),
    ("LeaseNode", "withdraw-link"): (ORG + "leases/{sent_lease}/withdraw-link",),
    ("MyLease", "sign"): ("/home/leases/{sent_lease}/sign",),
    ("MyLease", ""): ("/home/leases/{home_lease}/",),
    ("LeaseNode", "give-notice"): (ORG + "leases/{active_lease}/give-notice",),
    ("MyLease", "give-notice"): ("/home/leases/{home_lease}/give-notice",),
    ("NoticeNode", ""): (
        ORG + "leases/{notice_lease}/notices/{notice}/",
        ORG + "leases/{ended_lease}/notices/{letter}/",
        ORG + "leases/{long_lease}/notices/{long_notice}/",
    ),
    ("NoticeNode", "serve"): (ORG + "leases/{notice_lease}/notices/{notice}/serve",),
    ("NoticeNode", "read"): ("/home/leases/{home_lease}/notices/{home_notice}/read",),
    ("MoveOutNode", ""): (
        ORG + "leases/{notice_lease}/move-out/",
        ORG + "leases/{ended_lease}/move-out/",
        "/home/leases/{home_lease}/move-out/",
    ),
    **{
        ("MoveOutNode", name): (ORG + f"leases/{{notice_lease}}/move-out/{name}",)
        for name in ("date", "meter", "keys", "vacant", "send")
    },
    ("MoveOutNode", "links"): (ORG + "leases/{ended_lease}/move-out/links", ORG + "leases/{notice_lease}/move-out/links"),
    ("MoveOutNode", "make-links"): (ORG + "leases/{ended_lease}/move-out/make-links",),
    ("MoveOutNode", "withdraw-link"): (ORG + "leases/{ended_lease}/move-out/withdraw-link",),
    ("Root", "final-statement"): ("/final-statement?token=none", "/final-statement?token={statement_token}"),
    ("DeductionNode", "write-answer"): (ORG + "leases/{home_lease}/move-out/deductions/{home_deduction}/write-answer",),
    ("Deductions", "new"): (ORG + "leases/{notice_lease}/move-out/deductions/new",),
    ("DeductionNode", "edit"): (DEDUCTION + "edit",),
    ("DeductionNode", "remove"): (DEDUCTION + "remove",),
    ("DeductionNode", "answer"): ("/home/leases/{home_lease}/move-out/deductions/{home_deduction}/answer",),
    ("DeductionPhotos", ""): (DEDUCTION + "photos/",),
    ("DeductionPhotos", "add"): (DEDUCTION + "photos/add",),
    ("DeductionPhotoNode", "edit"): (DEDUCTION + "photos/{deduction_photo}/edit",),
    ("DeductionPhotoNode", "remove"): (DEDUCTION + "photos/{deduction_photo}/remove",),
    ("AgreementText", ""): (ORG + "agreement-text/",),
    ("UnitNode", "lease"): (FREE_UNIT + "lease",),
    ("UnitNode", "record-lease"): (FREE_UNIT + "record-lease",),
    ("Jobs", ""): ("/admin/jobs/", "/admin/jobs/?state=done", "/admin/jobs/?state=lost"),
    ("Jobs", "retry-failed"): ("/admin/jobs/retry-failed",),
    ("JobNode", ""): ("/admin/jobs/{failed_job}/",),
    ("JobNode", "retry"): ("/admin/jobs/{failed_job}/retry",),
    ("Catalogue", ""): (
        "/listings/",
        "/listings/?island=abaco&max=4000",
        "/listings/?q=castle",
        "/listings/?beds=many&after=nothing",
        "/listings/?category=vehicle",
        "/listings/?category=vehicle&q=castle",
    ),
    ("OwnListings", "vehicle"): (ORG + "listings/vehicle",),
    ("PublicListing", ""): ("/listings/{live}/", "/listings/{nightly}/", "/listings/{photographed}/", "/listings/{vehicle}/"),
    ("OwnListings", ""): (ORG + "listings/", ORG + "listings/?state=draft", ORG + "listings/?q=castle"),
    ("OwnListing", ""): (LISTING, ORG + "listings/{vehicle}/", *(ORG + f"listings/{{{state}}}/" for state in STATES)),
    ("OwnListing", "edit"): (
        LISTING + "edit",
        *(ORG + f"listings/{{{state}}}/edit" for state in ("in_review", "sent_back", "vehicle")),
    ),
    ("UnitsToList", ""): (
        ORG + "units/list/",
        ORG + "units/list/?q=castle",
        ORG + "units/list/?unit={unit}&unit={free_unit}&unit={mended_unit}",
    ),
    ("OwnListing", "submit"): (ORG + "listings/{draft}/submit",),
    ("OwnListing", "resume"): (ORG + "listings/{paused}/resume",),
    ("OwnListing", "take-back"): (ORG + "listings/{in_review}/take-back",),
    ("OwnListing", "drop-changes"): (ORG + "listings/{begun}/drop-changes",),
    ("OwnListing", "revise"): (ORG + "listings/{paused}/revise",),
    ("OwnListing", "let"): (LISTING + "let",),
    ("VersionNode", ""): (DRAFT, ORG + "listings/{sent_back}/versions/{sent_back_version}/"),
    ("VersionNode", "take-photos"): (DRAFT + "take-photos",),
    ("VersionPhotos", ""): (DRAFT + "photos/",),
    ("VersionPhotos", "add"): (DRAFT + "photos/add",),
    ("VersionPhotoNode", "edit"): (DRAFT + "photos/{draft_photo}/edit",),
    ("VersionPhotoNode", "remove"): (DRAFT + "photos/{draft_photo}/remove",),
    ("VersionDocuments", ""): (DRAFT + "documents/",),
    ("VersionDocuments", "add"): (DRAFT + "documents/add",),
    ("DocumentNode", "remove"): (DRAFT + "documents/{draft_document}/remove",),
    ("Reviews", ""): ("/admin/review/", "/admin/review/?q=castle"),
    ("Reviews", "several"): ("/admin/review/several",),
    ("ReviewNode", ""): (
        "/admin/review/{version_in_review}/",
        "/admin/review/{change_in_review}/",
        "/admin/review/{draft_version}/",
        "/admin/review/{sent_back_version}/",
    ),
    ("OwnListing", "pause"): (LISTING + "pause",),
    ("OwnListing", "withdraw"): (LISTING + "withdraw",),
}
NO_PAGE: set[View] = {
    ("Root", "lease-copy"),
    ("Root", "statement-pdf"),
    ("Root", "statement-photo"),
    ("Leases", "template.csv"),
    ("Leases", "tenants.csv"),
    ("Account", "export"),
    ("Account", "send-code"),
    ("Account", "end-device"),
    ("Account", "end-others"),
    ("Notifications", "read-all"),
    ("NotificationNode", "open"),
    ("Root", "sign-out"),
    ("PublicListing", "picture.svg"),
    ("OwnListing", "picture.svg"),
    ("UnitsOfProperty", "template.csv"),
    ("PhotoOfPersonNode", "picture"),
    ("Versions", ""),
    ("DocumentNode", "file"),
    ("AgreementNode", "pdf"),
    ("MoveOutNode", "pdf"),
    ("AgreementNode", "data"),
    ("AgreementNode", "copy"),
    ("AgreementNode", "signatures"),
    ("ServingNode", "photo"),
    ("PaperNode", "file"),
    ("PaymentNode", "receipt.pdf"),
    ("LeaseLedger", "explain.pdf"),
    ("MonthNode", "statement.pdf"),
    ("MonthNode", "statement.csv"),
    ("BillFileNode", "file"),
    ("ProofNode", "file"),
    ("MoveOutNode", "data"),
    ("ReviewDocumentNode", "file"),
    *((photo, size) for photo in ("PublicPhotoNode", "ReviewPhotoNode") for size in ("small", "medium", "large", "full")),
    *((gallery, "order") for gallery in ("PropertyPhotos", "UnitPhotos", "VersionPhotos", "OfferPhotos", "DeductionPhotos")),
    *(
        (photo, name)
        for photo in ("PropertyPhotoNode", "UnitPhotoNode", "VersionPhotoNode", "OfferPhotoNode", "DeductionPhotoNode")
        for name in ("small", "medium", "large", "full", "up", "down", "cover")
    ),
}
NOT_THERE = ("/nothing/here", "/listings/no-such-home-a1b2c3/", "/sign-out", "/listings/?q=%ff")
LONG_NAME = "The Honourable Wilhelmina Cartwright-Symonette Memorial Residences at Old Fort Bay Phase Three, Building Twelve"
NO_SPACES = "Kilometre" * 12


def record_change(db: Session, organisation: Organisation) -> int:
    """An entry with long texts, from a long address; gives its number."""
    db.info[ACTOR] = Actor(
        None, "owner, manager", "2001:0db8:85a3:0000:0000:8a2e:0370:7334", f"Mozilla/5.0 ({NO_SPACES})", "a" * 16
    )
    about = ("property", organisation.ref)
    before, after = {"name": LONG_NAME, "rent_cents": 125_000}, {"name": NO_SPACES, "rent_cents": 130_000, "notes": None}
    record(db, "atlas:thing:changed", about=about, organisation_id=organisation.id, before=before, after=after, note=NO_SPACES)
    return db.scalars(select(func.max(AuditEntry.id))).one()


def offers(db: Session, settlement: Settlement, now: datetime) -> dict[str, str]:
    """Keys of offers: one with photos and long words, one that was erased, one that ended, one without a photo."""
    found = {row.name: row for row in db.scalars(select(Offer))}
    long, ended = found["Marguerite Thurston"], found["Andre Sturrup"]
    offering.note_offer(db, long, f"{NO_SPACES} {LONG_NAME}", by_id=1, now=now)
    what = offering.OfferDetails(LONG_NAME, f"{'n' * 60}@example.com", "", settlement.id, "other", 10**9, NO_SPACES)
    erased = offering.add_offer(db, None, what, [], person_id=None, now=now)  # type: ignore[arg-type]
    offering.erase_words(db, erased, now=now)
    bare = offering.add_offer(db, None, what, [], person_id=None, now=now)  # type: ignore[arg-type]
    return {
        "offer": long.ref,
        "erased_offer": erased.ref,
        "ended_offer": ended.ref,
        "bare_offer": bare.ref,
        "offer_photo": db.scalars(select(OfferPhoto.ref).where(OfferPhoto.offer_id == long.id)).one(),
    }


def leases(db: Session, organisation: Organisation, unit: Unit, today: date, now: datetime) -> dict[str, str]:
    """Keys of leases in every state, and of one with long words."""
    people = [("primary", LONG_NAME), ("tenant", NO_SPACES), ("guarantor", "Ann")]
    details = writing.LeaseDetails(
        writing.Terms(today, "fixed", today, True, 10**9, due_day=31, late_fee=writing.LateFee("larger", 10**9, 9999, 10**9)),
        [writing.PartyLine(None, ContactDetails(name, f"{'n' * 60}@example.com"), role) for role, name in people],
        dict.fromkeys(DEPOSITS, 10**9),
        [NO_SPACES, LONG_NAME * 3],
    )
    mistaken = writing.record_lease(db, unit, "oral", details, now=now, today=today)
    ending.cancel_lease(db, mistaken, NO_SPACES)
    long = writing.record_lease(db, unit, "oral", details, now=now, today=today)
    mine = select(Lease).where(Lease.organisation_id == organisation.id, Lease.id.not_in((mistaken.id, long.id)))
    letters = {f"{row.state}_lease": notice for row, notice in db.execute(mine.join(Notice).add_columns(Notice.ref))}
    at_home = db.scalars(mine.join(LeaseParty).join(Contact).join(Person).where(Person.user_name == ROLES["tenant"])).one()
    long_notice, home_notice = (_give_notice(db, lease, today, now) for lease in (long, at_home))
    of_lisa = select(Deduction.ref, DeductionPhoto.ref).join(DeductionPhoto, DeductionPhoto.deduction_id == Deduction.id)
    of_lisa = of_lisa.where(
        Deduction.lease_id.in_(mine.where(Lease.state == "notice", Lease.id != at_home.id).with_only_columns(Lease.id))
    )
    deduction, photo = db.execute(of_lisa).one()
    keys = {
        "deduction": deduction,
        "deduction_photo": photo,
        "home_deduction": _move_out(db, at_home, today, now),
        "home_lease": at_home.ref,
        "home_notice": home_notice,
        "notice": letters["notice_lease"],
        "letter": letters["ended_lease"],
        "long_notice": long_notice,
    }
    mine = mine.where(Lease.id != at_home.id)
    states = {f"{lease.state}_lease": lease.ref for lease in db.scalars(mine)}
    sent = select(Lease.state, Document.ref).join(Document, Document.lease_id == Lease.id)
    documents = {f"{state}_document": ref for state, ref in db.execute(sent)}
    waits = db.scalars(mine.where(Lease.state == "sent")).one()
    asked = ask_for_signatures(db, waits, by_id=1, keys=Keys(["of these pages"]), now=now)
    documents["signing_token"] = asked[0].token
    ended = db.scalars(mine.where(Lease.state == "ended")).one()
    documents["statement_token"] = make_links(db, ended, by_id=1, keys=Keys(["of these pages"]), now=now)[0].token
    documents["invitation_token"] = invite_parties(db, waits, by_id=1, now=now)[0].token
    waits.parties[-1].contact.person_id = at_home.parties[0].contact.person_id
    keys |= _put_beside(db, long, now)
    return {**states, **documents, **keys, "long_lease": long.ref, "cancelled_lease": mistaken.ref}


def _put_beside(db: Session, lease: Lease, now: datetime) -> dict[str, str]:
    """The key of a document with a long title, beside a lease that has several."""
    photo = db.scalars(select(File).where(File.kind == PICTURE).order_by(File.id).limit(1)).one()
    for title, shared in ((NO_SPACES, False), (LONG_NAME, True)):
        file, ref = copy_file(db, photo, now=now), long_key("paper")
        db.add(Paper(ref=ref, lease_id=lease.id, file=file, title=title, shared=shared, person_id=1, created=now))
    db.flush()
    return {"long_paper": ref}


def _give_notice(db: Session, lease: Lease, today: date, now: datetime) -> str:
    details = NoticeDetails("landlord", today, today, f"{NO_SPACES} {LONG_NAME}.\n\n{LONG_NAME}", knows_short=True)
    served = Served("message", LONG_NAME, today)
    return give_notice(db, None, lease, details, served, least=Span(months=1), now=now, today=today).ref  # type: ignore[arg-type]


def _move_out(db: Session, lease: Lease, today: date, now: datetime) -> str:
    for step in (
        Step("meter", today, NO_SPACES, "9" * 50),
        Step("keys", today, count=1000),
        Step("date", today),
        Step("date", today),
    ):
        take_step(db, lease, step, person_id=1, now=now, today=today)
    deduction = add_deduction(db, lease, DeductionDetails("other", NO_SPACES, f"{NO_SPACES} {LONG_NAME}", 10**9, 1), now=now)
    send_statement(db, lease, seen=number_of(statement_content(db, lease)), person_id=1, now=now)
    first, second = lease.tenants
    answer_deduction(db, lease, first, Said(deduction, True, f"{NO_SPACES} {LONG_NAME}"), now=now)
    write_answer_down(db, lease, second, Said(deduction, False, f"{NO_SPACES} {LONG_NAME}"), "message", person_id=1, now=now)
    return deduction.ref


def lease_imports(db: Session, organisation: Organisation, units: list[Unit], person_id: int, now: datetime) -> dict[str, str]:
    """Keys of a file of leases that stands, and of one that was taken away but for a lease that was changed."""
    today = now.astimezone(NASSAU).date()
    terms = writing.Terms(today, "month_to_month", None, True, 10**9)
    made = []
    for some in (units[:1], units[1:]):
        arriving = [
            importing.Arriving(unit, terms, [ContactDetails(LONG_NAME), ContactDetails(NO_SPACES)], {}, today, -(10**9))
            for unit in some
        ]
        made.append(importing.import_leases(db, organisation.id, arriving, person_id=person_id, now=now, today=today))
    standing, undone = made
    changed = importing.leases_of_import(db, undone)[0]
    ending.end_lease(db, changed, today, NO_SPACES, today=today)
    importing.undo_import(db, undone, person_id=person_id, now=now)
    return {"lease_import": standing.ref, "undone_import": undone.ref, "imported_lease": changed.ref}


def invitation_file(db: Session, organisation: Organisation, person_id: int, now: datetime) -> dict[str, str]:
    """The key of a file that invited somebody with a long name, and skipped somebody who has no address."""
    mine = select(Lease).where(Lease.organisation_id == organisation.id)
    rows = [("Let", LONG_NAME), ("Brought 0", NO_SPACES)]
    named = [Named(number, "", LONG_NAME, label, name, "") for number, (label, name) in enumerate(rows, start=2)]
    return {"invitation_file": invite_from_file(db, organisation.id, mine, named, by_id=person_id, now=now).ref}


def keep_books(db: Session, organisation: Organisation, now: datetime) -> None:
    """A charge with a long memo, a payment in two parts that was taken back, and a locked period."""
    books, today = books_of(db, organisation.name), now.astimezone(NASSAU).date()
    both = (Transfer(books.bank, books.owed, 10**9), Transfer(books.bank, books.deposit, 10**12))
    charge = books.charge(10**12, today, memo=f"{NO_SPACES} {LONG_NAME}", by=1, batch=NO_SPACES[:80])
    post(db, organisation.id, [charge, books.entry(PAYMENT, today, *both, ref=NO_SPACES[:80])], now=now)
    reverse(db, organisation.id, [2], source=Source("cheque", "returned-1"), memo="The cheque came back", by=1, now=now)
    lock_period(db, organisation, today - timedelta(days=60), today=today)


def owing(db: Session, organisation: Organisation, lease_ref: str, now: datetime) -> dict[str, str]:
    """Keys of a rent run and of one that was taken back, and of what was written on a lease by hand, with long words."""
    today, more = now.astimezone(NASSAU).date(), {"now": now, "today": now.astimezone(NASSAU).date()}
    wrong = run_rent(db, organisation.id, today - timedelta(days=300), **more).batch
    assert wrong is not None
    reverse_batch(db, wrong, NO_SPACES, by=1, now=now)
    right = run_rent(db, organisation.id, today - timedelta(days=40), **more).batch
    assert right is not None
    lease = db.scalars(select(Lease).where(Lease.ref == lease_ref)).one()
    fee = ByHand("fee", 10**9, today, f"{NO_SPACES} {LONG_NAME}", long_key("charge"))
    charge = add_charge(db, lease, fee, by=1, **more)
    goodwill = ByHand("write_off", 10**9, today, f"{NO_SPACES} {LONG_NAME}", long_key("credit"))
    credit = give_credit(db, lease, goodwill, by=1, **more)
    keys = {"rent_run": right.ref, "reversed_run": wrong.ref, "charge": charge.ref, "credit": credit.ref}
    return {**keys, "charge_entry": str(charge.entry_number), "month": f"{today:%Y-%m}"}


def settling(db: Session, refs: dict[str, str], now: datetime) -> dict[str, str]:
    """Keys of what became of the deposits of a lease that has ended, and of what was paid back of it, with long words."""
    lease, today = db.scalars(select(Lease).where(Lease.ref == refs["ended_lease"])).one(), now.astimezone(NASSAU).date()
    row = deposits.dispose(db, lease, by=1, now=now)
    assert row is not None
    for cents in (1, 2):
        back = deposits.PaidBack(cents, today, "cheque", NO_SPACES[:100], lease.tenants[0])
        refund = deposits.pay_back(db, lease, back, by=1, now=now, today=today)
    deposits.take_refund_back(db, lease, refund, NO_SPACES, by=1, now=now)
    return {"disposition": row.ref, "refund": refund.ref}


def planning(db: Session, refs: dict[str, str], now: datetime) -> dict[str, str]:
    """Keys of plans: one that was withdrawn, one that was agreed, and one that its tenant is asked about."""
    today = now.astimezone(NASSAU).date()
    keys = {}
    for name, lease_name in (("ended_plan", "long_lease"), ("long_plan", "long_lease"), ("home_plan", "home_lease")):
        lease = db.scalars(select(Lease).where(Lease.ref == refs[lease_name])).one()
        add_charge(db, lease, ByHand("fee", 10**9, today, "Plan", long_key("charge")), by=1, now=now, today=today)
        arrears = plans.arrears_of(db, lease, today=today)
        dues = instalments(sum(each.open_cents for each in arrears), 12, today, "month")
        plan = plans.propose_plan(db, lease, plans.Proposal([each.id for each in arrears], dues, 5), by=1, now=now, today=today)
        keys[name] = plan.ref
        if name == "ended_plan":
            plans.end_plan(db, plan, NO_SPACES, now=now, today=today)
        elif name == "long_plan":
            plans.agree_to_plan(db, plan, lease.tenants[1], now=now, today=today, way="paper", written_by=1)
    return keys


def sharing_of(db: Session, refs: dict[str, str], now: datetime) -> dict[str, str]:
    """Two leases that are shared, in words that are long; no keys."""
    today = now.astimezone(NASSAU).date()
    for name, liability in (("long_lease", "joint"), ("home_lease", "several")):
        lease = db.scalars(select(Lease).where(Lease.ref == refs[name])).one()
        if len(lease.tenants) > 1:
            parts = split(10_000, [1] * len(lease.tenants))
            weights = {party.id: part for party, part in zip(lease.tenants, parts, strict=True)}
            agreed = sharing.Agreed(today, "percent", liability, weights, NO_SPACES[:200], False, sharing.new_ref())
            sharing.share(db, lease, agreed, by=1, now=now, today=today)
    return {}


def paying(db: Session, refs: dict[str, str], now: datetime) -> dict[str, str]:
    """Keys of payments of two leases in every state, with long words, a proof, and one that looks like another."""
    today = now.astimezone(NASSAU).date()
    store: Any = None
    more = {"by": 1, "now": now, "today": today}
    photo = db.scalars(select(File).where(File.kind == PICTURE).order_by(File.id).limit(1)).one()
    keys = {}
    for lease_name in ("long_lease", "home_lease"):
        lease = db.scalars(select(Lease).where(Lease.ref == refs[lease_name])).one()
        words, of = NO_SPACES[:100], lease_name.removesuffix("_lease")
        said = [Paid(10**9, today, "transfer", reference=words) for _ in range(2)]
        reported, _ = (paid_for.report_payment(db, store, lease, each, roles=(), **more) for each in said)
        proof = PaymentProof(ref=long_key("proof"), payment_id=reported.id, file_id=copy_file(db, photo, now=now).id)
        db.add(proof)
        cash = paid_for.record_payment(db, store, lease, Paid(10**9, today, "cash", currency="USD", reference=words), **more)
        back = paid_for.record_payment(db, store, lease, Paid(5, today, "kanoo"), **more)
        paid_for.reverse_payment(db, back, NO_SPACES, by=1, now=now)
        cheques = [
            Paid(10**9, today + timedelta(days=days), "cheque", cheque_number="4" * 40, cheque_bank=words) for days in (0, 0, 30)
        ]
        inhand, lodged, waiting = (paid_for.record_payment(db, store, lease, each, **more) for each in cheques)
        lodge_cheque(db, db.get_one(Cheque, lodged.id), today, **more)
        named = {"reported": reported, "cash": cash, "back": back, "cheque": inhand, "lodged": lodged, "waiting": waiting}
        keys |= {f"{of}_{name}": payment.ref for name, payment in named.items()}
        keys[f"{of}_receipt"], keys[f"{of}_void"] = str(cash.receipt_token), str(back.receipt_token)
    return keys


def going_online(db: Session, refs: dict[str, str], now: datetime) -> dict[str, str]:
    """Keys of what goes through a gateway: tries to pay in every state, cards, and an instruction, with long words."""
    andre = db.scalars(select(Person.id).where(Person.user_name == "andre")).one()
    long, home = (db.scalars(select(Lease).where(Lease.ref == refs[name])).one() for name in ("long_lease", "home_lease"))
    tries = {
        name: long_key("online")
        for name in ("long_begun", "long_paid", "home_begun", "home_failed", "home_paid", "home_returned")
    }
    online.begun(db, long, andre, tries["long_begun"], now, 10**9)
    by_card = online.paid(db, long, andre, tries["long_paid"], now)
    online.begun(db, home, andre, tries["home_begun"], now)
    online.begun(db, home, andre, tries["home_failed"], now)
    online.told(db, "failed", tries["home_failed"], now, reason=NO_SPACES)
    for name in ("home_paid", "home_returned"):
        online.paid(db, home, andre, tries[name], now)
    online.told(db, "refunded", tries["home_returned"], now, remote_ref=f"sbx-{tries['home_returned']}", cents=40_000)
    cards = {name: long_key("method") for name in ("method_saved", "method_asked", "method_failed")}
    saved = online.card(db, andre, cards["method_saved"], now, label=NO_SPACES)
    for name in ("method_asked", "method_failed"):
        start_saving(db, online.RAIL, ref=cards[name], at=online.AT, by=andre, now=now)
    online.told(db, "method_failed", cards["method_failed"], now, reason=NO_SPACES)
    instruction = online.instruction(db, home, andre, long_key("autopay"), now, saved)
    paid = db.scalars(select(Payment.ref).where(Payment.id == by_card.payment_id)).one()
    return {**tries, **cards, "instruction": instruction.ref, "long_by_card": paid}


def billing(db: Session, lease_ref: str, now: datetime) -> dict[str, str]:
    """Keys of bills of the home at which a tenant looks: open with papers, paid, passed on and not yet, with long numbers."""
    lease = db.scalars(select(Lease).where(Lease.ref == lease_ref)).one()
    store: Any = None
    more, keys = {"by": 1, "now": now, "today": now.astimezone(NASSAU).date()}, {}
    first, second, *_ = bills.utilities_for(db, lease.unit)
    made = {}
    for utility, payer in ((first, "tenant"), (second, "rebilled")):
        details = bills.AccountDetails(utility.id, NO_SPACES[:40], payer)
        account = bills.open_account(db, lease.unit, lease.organisation_id, details, now=now)
        keys["bill_account"] = account.ref
        for month in range(2):
            starts = lease.starts + timedelta(days=31 * month)
            days = (starts, starts + timedelta(days=30), more["today"] + timedelta(days=20 * month))
            made[payer, month] = bills.enter_bill(db, store, account, bills.BillDetails(*days, 10**9), **more)
    bills.pay_bill(db, store, made["tenant", 1], bills.PaidBill(more["today"]), **more)
    bills.pass_on(db, made["rebilled", 0], **more)
    photo = db.scalars(select(File).where(File.kind == PICTURE).order_by(File.id).limit(1)).one()
    for bill, what in ((made["tenant", 0], "bill"), (made["tenant", 1], "proof")):
        db.add(BillFile(ref=long_key("paper"), bill_id=bill.id, file_id=copy_file(db, photo, now=now).id, what=what))
    named = {"bill": ("tenant", 0), "paid_bill": ("tenant", 1), "passed_bill": ("rebilled", 0), "kept_bill": ("rebilled", 1)}
    keys |= {"bill_property": lease.unit.property.ref, "bill_unit": lease.unit.ref}
    return keys | {name: made[which].ref for name, which in named.items()}


def existing(db: Session, now: datetime) -> dict[str, str]:
    """Keys of rows for the addresses; what the demo data lack is added: long texts, archives, what was withdrawn or failed."""
    ours = Organisation.name == "Blue Hole Property Management"
    organisation = db.scalars(select(Organisation).where(ours)).one()
    waits = Handover.answer.is_(None)
    settlement = db.scalars(select(Settlement).order_by(Settlement.id)).first()
    assert settlement is not None
    hold = db.scalars(select(Hold).order_by(Hold.id)).first()
    assert hold is not None
    owned = db.scalars(select(Property.ref).join(Ownership).where(Property.organisation_id == organisation.id)).first()
    out = db.scalars(select(OutOfService)).first()
    assert out is not None
    photo = db.scalars(select(PropertyPhoto).where(PropertyPhoto.property_id == hold.unit.property_id)).first()
    unit_photo = db.scalars(select(UnitPhoto).where(UnitPhoto.unit_id == hold.unit_id)).first()
    assert photo is not None
    assert unit_photo is not None
    member = db.scalars(select(Membership).join(Person).where(Person.user_name == "philip")).one()

    invitation = db.scalars(select(Invitation).where(Invitation.answer.is_(None))).one()

    def add_property(name: str) -> Property:
        where = portfolio.PropertyDetails(name, "house", settlement.id, f"Off the road, {name}", "", name)
        return portfolio.add_property(db, organisation, where, now=now)

    def add_unit(above: Property, label: str) -> Unit:
        what = portfolio.UnitDetails(label, 12, 10, 1_234_567_89, 1_234_567_89, 12_345, True, True)
        return portfolio.add_unit(db, above, what, now=now)

    def write(unit: Unit, title: str, period: str) -> Listing:
        text = f"{NO_SPACES} {title}.\n\n{'It is a long way to the end of this text. ' * 30}"
        today = now.astimezone(NASSAU).date()
        details = listings.ListingDetails(title, text, "short_term", 1_234_567_89, period, today, guests=50, min_nights=365)
        return listings.draft_listing(db, unit, details, now=now)

    bare_lot, long, archived = add_property("Bare Lot"), add_property(LONG_NAME), add_property(NO_SPACES)
    portfolio.archive_property(db, archived, now=now)
    free_unit, *others = [add_unit(long, label) for label in (NO_SPACES[:60], "Second floor, at the back", "3")]
    nightly, withdrawn = write(others[0], NO_SPACES, "night"), write(others[1], LONG_NAME, "week")
    submit_listing(db, nightly, reviewed=False, let=select(Unit.id).where(false()), person_id=None, now=now)
    listings.withdraw_listing(db, withdrawn)
    people = {row.user_name: row for row in db.scalars(select(Person))}
    administration.disable_person(db, people["lisa"], now=now)
    state = {
        row.state: row
        for row in db.scalars(
            select(Listing)
            .where(Listing.organisation_id == organisation.id, Listing.unit_id.is_not(None))
            .order_by(Listing.id.desc())
        )
    }
    versions = {
        (row.state, row.listing.state): row
        for row in db.scalars(
            select(ListingVersion).join(Listing).where(Listing.organisation_id == organisation.id, Listing.unit_id.is_not(None))
        )
    }
    draft_version = versions["draft", "draft"]
    shown = db.scalars(select(Listing).where(Listing.cover.is_not(None), Listing.state == "approved")).one()
    vehicles = select(Listing.ref).where(Listing.organisation_id == organisation.id, Listing.unit_id.is_(None), LIVE)
    db.flush()
    changed = record_change(db, organisation)
    bare = db.scalars(select(AuditEntry.id).where(AuditEntry.change_digest.is_(None)).limit(1)).one()
    keep_books(db, organisation, now)
    let = leases(db, organisation, add_unit(long, "Let"), now.astimezone(NASSAU).date(), now)
    return {
        **offers(db, settlement, now),
        **let,
        **owing(db, organisation, let["long_lease"], now),
        **settling(db, let, now),
        **planning(db, let, now),
        **sharing_of(db, let, now),
        **paying(db, let, now),
        **going_online(db, let, now),
        **billing(db, let["home_lease"], now),
        **lease_imports(db, organisation, [add_unit(long, f"Brought {n}") for n in range(3)], people["keva"].id, now),
        **invitation_file(db, organisation, people["keva"].id, now),
        "person": str(people["andre"].id),
        "disabled": str(people["lisa"].id),
        "administrator": str(people["paula"].id),
        "entry": str(changed),
        "bare_entry": str(bare),
        "organisation": organisation.ref,
        "failed_job": str(fail_a_job(db).id),
        "property": hold.unit.property.ref,
        "unit": hold.unit.ref,
        "hold": hold.ref,
        "member": member.ref,
        "mended_property": out.unit.property.ref,
        "mended_unit": out.unit.ref,
        "out_of_service": out.ref,
        "offered_property": db.scalars(select(Property.ref).where(Property.name == "Port Lucaya Villas")).one(),
        "offer_by_us": db.scalars(select(Handover.ref).where(Handover.from_id == organisation.id, waits)).one(),
        "offer_to_us": db.scalars(select(Handover.ref).where(Handover.to_id == organisation.id, waits)).one(),
        "former_property": db.scalars(select(FormerProperty.ref)).one(),
        "contact": db.scalars(select(Contact.ref).where(Contact.organisation_id == organisation.id)).first() or "",
        "island": str(settlement.island_id),
        "settlement": str(settlement.id),
        "owned_property": owned or "",
        "bulk_edit": db.scalars(select(BulkEdit.ref).where(BulkEdit.organisation_id == organisation.id)).one(),
        "photo": photo.ref,
        "unit_photo": unit_photo.ref,
        "invitation": invitation.ref,
        "invitation_token": new_token(db, invitation),
        "bare_property": bare_lot.ref,
        "archived_property": archived.ref,
        "free_property": long.ref,
        "free_unit": free_unit.ref,
        "live": state["approved"].ref,
        "vehicle": db.scalars(vehicles.order_by(Listing.id).limit(1)).one(),
        "nightly": nightly.ref,
        "draft": state["draft"].ref,
        "paused": state["paused"].ref,
        "withdrawn": withdrawn.ref,
        "photographed": shown.ref,
        "in_review": state["submitted"].ref,
        "sent_back": state["changes_requested"].ref,
        "begun": versions["draft", "paused"].listing.ref,
        "draft_version": draft_version.ref,
        "draft_photo": db.scalars(select(ListingPhoto.ref).where(ListingPhoto.version_id == draft_version.id).limit(1)).one(),
        "draft_document": db.scalars(
            select(ListingDocument.ref).where(ListingDocument.version_id == draft_version.id).limit(1)
        ).one(),
        "sent_back_version": versions["changes_requested", "changes_requested"].ref,
        "version_in_review": versions["submitted", "submitted"].ref,
        "change_in_review": versions["submitted", "approved"].ref,
    }
