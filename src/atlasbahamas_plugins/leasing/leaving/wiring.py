"""Registers moving out."""

from __future__ import annotations

from typing import Any

from atlasbahamas.web.layout import Slot
from atlasbahamas_plugins.leasing.leaving import resources, views
from atlasbahamas_plugins.leasing.leaving.events import DEPOSIT_KEEPER, DepositKeeper
from atlasbahamas_plugins.leasing.leaving.resources import DeductionNode, Deductions, MoveOutNode
from atlasbahamas_plugins.leasing.resources import ANSWER, EDIT, VIEW, AnyLease

FORM = ("GET", "POST")


def includeme(config: Any) -> None:
    """The page of a move-out, its steps, deductions with photos, and answers to them."""
    config.add_extension_point(DEPOSIT_KEEPER, DepositKeeper)
    config.add_extension_point("slot:move-out", Slot)
    config.add_child(AnyLease, "move-out", MoveOutNode)
    config.add_child(MoveOutNode, "deductions", Deductions)
    config.add_gallery(DeductionNode, "photos", resources.DeductionPhotos)
    page = config.add_view
    page(views.show_move_out, context=MoveOutNode, permission=VIEW, renderer="leasing/move_out.jinja2")
    page(views.statement_data, context=MoveOutNode, name="data", permission=VIEW)
    page(views.statement_pdf, context=MoveOutNode, name="pdf", permission=VIEW)
    for view, node, name, permission, template in (
        (views.agree_date, MoveOutNode, "date", EDIT, "leasing/step_form.jinja2"),
        (views.read_meter, MoveOutNode, "meter", EDIT, "leasing/step_form.jinja2"),
        (views.return_keys, MoveOutNode, "keys", EDIT, "leasing/step_form.jinja2"),
        (views.vacate, MoveOutNode, "vacant", EDIT, "leasing/step_form.jinja2"),
        (views.send_statement, MoveOutNode, "send", EDIT, "leasing/statement_form.jinja2"),
        (views.add_deduction, Deductions, "new", EDIT, "leasing/deduction_form.jinja2"),
        (views.edit_deduction, DeductionNode, "edit", EDIT, "leasing/deduction_form.jinja2"),
        (views.remove_deduction, DeductionNode, "remove", EDIT, "confirm.jinja2"),
        (views.answer_deduction, DeductionNode, "answer", ANSWER, "leasing/answer_form.jinja2"),
        (views.write_answer_down, DeductionNode, "write-answer", EDIT, "leasing/write_answer_form.jinja2"),
    ):
        page(view, context=node, name=name, permission=permission, accept_methods=FORM, renderer=template)
