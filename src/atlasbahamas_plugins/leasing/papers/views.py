"""Pages of documents beside a lease. A view parses, calls one service, answers."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from atlasbahamas.files.serving import ASK, serve_file
from atlasbahamas.web.forms import confirm_page, form_page
from atlasbahamas_plugins.leasing.agreements.resources import Agreements
from atlasbahamas_plugins.leasing.papers import services
from atlasbahamas_plugins.leasing.papers.forms import PapersForm
from atlasbahamas_plugins.leasing.papers.resources import PaperNode, Papers
from atlasbahamas_plugins.leasing.resources import AnyLease, LeaseNode


def documents_shown(context: AnyLease, request: Any) -> dict[str, list[Any]]:
    """What the caller sees of a lease's agreement and of the documents beside it, as nodes."""
    agreements, papers = Agreements(request, context, "documents"), Papers(request, context, "papers")
    sent, beside = services.documents_and_papers(request.db, context.row, papers.rows())
    return {"documents": [agreements.node_of(row) for row in sent], "papers": [papers.node_of(row) for row in beside]}


def add_papers(context: Papers, request: Any) -> Any:
    """Put documents beside a lease."""
    form, lease_node = PapersForm(request, shared=True), context.above(LeaseNode)

    def submit() -> Any:
        new = services.NewPapers(form.title.data, form.papers.data, form.shared.data)
        more = {"person_id": request.identity.person_id, "now": request.clock.now()}
        added = services.add_papers(request.db, request.registry.atlas_store, lease_node.row, new, **more)
        request.session.flash("The document was added." if len(added) == 1 else f"{len(added)} documents were added.")
        return HTTPSeeOther(documents_url(lease_node))

    return form_page(request, form, {"home": lease_node.title, "cancel": documents_url(lease_node)}, submit=submit)


def paper(context: PaperNode, request: Any) -> Response:
    """The photo or document itself."""
    return serve_file(request, context.row.file, request.GET.get("size", "full"), cache=ASK)


def remove_paper(context: PaperNode, request: Any) -> Any:
    """Take a document away, after asking."""
    lease_node = context.above(AnyLease)
    return confirm_page(
        request,
        lease_node,
        f"Remove “{context.title}”?",
        lambda: services.remove_paper(request.db, request.registry.atlas_store, lease_node.row, context.row),
        "The document was removed. The audit keeps that it was there.",
    )


def documents_url(node: AnyLease) -> str:
    """Where a lease's page lists its documents."""
    return f"{node.url()}#documents"
