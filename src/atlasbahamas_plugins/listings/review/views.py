"""Pages of the review: for listers, who submit; and for administrators, who decide."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response
from sqlalchemy.orm.exc import StaleDataError

from atlasbahamas.db.statements import is_one_of
from atlasbahamas.errors import Refused
from atlasbahamas.files.serving import ASK, serve_file
from atlasbahamas.web.formats import badge
from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas_plugins.listings.models import CATEGORIES, PERIODS, Listing
from atlasbahamas_plugins.listings.resources import OwnListing, acting, keys_sent, units_let_today, writing_roles
from atlasbahamas_plugins.listings.review import services
from atlasbahamas_plugins.listings.review.forms import MOST, DecisionForm, Part, several_form
from atlasbahamas_plugins.listings.review.lists import ReviewQueue, kind_of
from atlasbahamas_plugins.listings.review.resources import (
    ReviewDocumentNode,
    ReviewDocuments,
    ReviewNode,
    ReviewPhotos,
    Reviews,
    reviewing_roles,
)
from atlasbahamas_plugins.listings.reviewers.services import barred_from
from atlasbahamas_plugins.listings.settings import ListingSettings
from atlasbahamas_plugins.listings.versions.models import STATES, TONES, ListingVersion

CHOOSE_LESS = f"Choose at most {MOST} at once: each of them has to be looked at."


def is_reviewed(request: Any) -> bool:
    """Whether this site looks at listings before the public sees them."""
    return bool(request.registry.atlas_settings.section(ListingSettings).review)


def submit(context: OwnListing, request: Any) -> Any:
    """Hand a listing in, after asking."""
    reviewed = is_reviewed(request)
    return confirm_page(
        request,
        context,
        "Submit this for review?" if reviewed else "Publish this?",
        lambda: services.submit_listing(
            request.db,
            context.row,
            reviewed=reviewed,
            let=units_let_today(request),
            person_id=request.identity.person_id,
            now=request.clock.now(),
        ),
        "It is in review. You are told as soon as somebody has looked at it." if reviewed else "The listing is live.",
    )


def take_back(context: OwnListing, request: Any) -> Any:
    """Take back what is in review, after asking."""
    return confirm_page(
        request,
        context,
        "Take this back from review?",
        lambda: services.take_back(request.db, context.row, by=acting(request)),
        "It is a draft again.",
    )


def drop_changes(context: OwnListing, request: Any) -> Any:
    """Give up a draft beside what the public sees, after asking."""
    return confirm_page(
        request,
        context,
        "Drop the changes that are not public yet?",
        lambda: services.drop_changes(request.db, context.row, by=acting(request)),
        "The changes are dropped. What the public sees stays.",
    )


def queue(context: Reviews, request: Any) -> Any:
    """What waits, oldest first."""
    query = (
        context.visible()
        .join(Listing, Listing.id == ListingVersion.listing_id)
        .where(is_one_of(ListingVersion.state, "submitted"))
    )
    return ReviewQueue(request, query, node=context).answer(most=MOST)


def review(context: ReviewNode, request: Any) -> Any:
    """All of one version, and what the reviewer says of it."""
    form = DecisionForm(request, seen=str(context.row.listing.version))
    part = form.part()

    def act() -> HTTPSeeOther:
        try:
            _decide(request, context.row, part)
        except Refused as refused:
            if refused.message == services.CHANGED:
                part.look_again(context.row.listing.version)
            raise
        above = context.__parent__
        assert isinstance(above, Reviews)
        return done(request, above, f"“{context.row.title[:80]}”: {STATES[context.row.state].lower()}. The lister is told.")

    answer = form_page(request, form, {"part": part}, submit=act)
    return answer if isinstance(answer, Response) else {**answer, **_shown(request, context)}


def several(context: Reviews, request: Any) -> Any:
    """Several versions, each in full and with its own checklist; only what somebody decided about is decided."""
    refs = keys_sent(request, "ref")
    if len(refs) > MOST:
        request.session.flash(CHOOSE_LESS)
        return HTTPSeeOther(context.url())
    rows = services.chosen(request.db, context.visible(), refs, most=MOST)
    form = several_form(request, [(row.ref, row.listing.version) for row in rows])
    shown: dict[str, Any] = {"done": [], "refused": []}

    gone = len(refs) - len(rows) if refs else 0

    def act() -> Any:
        if gone or not all(form.part(row.ref).seen_number for row in rows):
            raise Refused("This page is not as it was sent to you, so nothing was decided. Look at it again.")
        left = []
        for row in rows:
            part = form.part(row.ref)
            if not part.decision.data:
                left.append(row)
                continue
            why = _try(request, row, part)
            if why is None:
                shown["done"].append((row.title, STATES[row.state]))
            else:
                shown["refused"].append((row.title, why))
        if shown["refused"]:
            return None
        return done(request, context, _told(shown["done"], left))

    answer = form_page(request, form, {}, submit=act)
    if isinstance(answer, Response):
        return answer
    if shown["refused"] and not shown["done"]:
        request.response.status_int = 422
    waits = [context.node_of(row) for row in rows if row.state == "submitted"]
    return {"form": form, "parts": _parts(request, form, waits), "gone": gone, **shown}


def _try(request: Any, row: ListingVersion, part: Part) -> str | None:
    """Decide about one of several; gives why not, if it was not decided."""
    try:
        with request.db.begin_nested():
            _decide(request, row, part)
    except Refused as refused:
        request.db.refresh(row)
        request.db.refresh(row.listing)
        if refused.message == services.CHANGED:
            part.look_again(row.listing.version)
        part.refuse(refused.message, refused.field)
        return refused.message
    except StaleDataError:
        part.refuse(services.CHANGED, None)
        return services.CHANGED
    return None


def _decide(request: Any, version: ListingVersion, part: Part) -> None:
    services.decide(
        request.db,
        version,
        part.said(),
        seen=part.seen_number,
        roles=writing_roles(request),
        reviewing=reviewing_roles(request),
        let=units_let_today(request),
        person_id=request.identity.person_id,
        now=request.clock.now(),
    )


def _told(decided: Sequence[tuple[str, str]], left: Sequence[ListingVersion]) -> str:
    words = [f"“{title[:60]}”: {state.lower()}." for title, state in decided]
    if left:
        words.append(f"Undecided, and waiting still: {', '.join(f'“{row.title[:60]}”' for row in left)}.")
    return " ".join(words)


def _parts(request: Any, form: Any, nodes: Sequence[Any]) -> list[dict[str, Any]]:
    looked = services.look_at(request.db, [node.row for node in nodes])
    barred = _barred(request, [node.row for node in nodes])
    return [{"part": form.part(node.row.ref), **_of(node, one, barred)} for node, one in zip(nodes, looked, strict=True)]


def _shown(request: Any, node: ReviewNode) -> dict[str, Any]:
    (looked,) = services.look_at(request.db, [node.row])
    return _of(node, looked, _barred(request, [node.row]))


def _barred(request: Any, versions: Sequence[ListingVersion]) -> set[int]:
    return barred_from(request.db, versions, request.identity.person_id, reviewing_roles(request))


def _of(node: Any, looked: services.Looked, barred: Collection[int]) -> dict[str, Any]:
    """What a page says of a version: its text with what is new, its photos and documents as nodes, its price, unit and lister."""
    version, public = looked.version, looked.public
    photos, papers = ReviewPhotos(node.request, node, "photos"), ReviewDocuments(node.request, node, "documents")
    return {
        "node": node,
        "version": version,
        "listing": version.listing,
        "is_own": version.id in barred and version.state == "submitted",
        "own": services.OWN,
        "kind": kind_of(version),
        "state_badge": badge(STATES[version.state], TONES[version.state]),
        "category": CATEGORIES[version.listing.category],
        "period": PERIODS[version.listing.price_period],
        "photos": [(photos.node_of(photo), photo.ref in looked.new_photos) for photo in looked.photos],
        "gone_photos": len(looked.gone_photos),
        "papers": [papers.node_of(paper) for paper in looked.documents],
        "title_pieces": services.differences(public.title, version.title) if public else None,
        "text_pieces": services.differences(public.description, version.description) if public else None,
    }


def photo(context: Any, request: Any) -> Response:
    """A photo for the reviewer; the address ends with the rendition."""
    return serve_file(request, context.row.file, request.view_name)


def document(context: ReviewDocumentNode, request: Any) -> Response:
    """A document for the reviewer."""
    return serve_file(request, context.row.file, cache=ASK)
