"""Nodes of the portfolio, under an organisation. Who may not see the organisation is told 404 by its node; inside it, 403."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.files.gallery.resources import Gallery, PhotoNode
from atlasbahamas.people.models import Organisation
from atlasbahamas.people.resources import Limitable, LimitableList, OrganisationNode
from atlasbahamas.traversal.nodes import Collection, Node, RowNode
from atlasbahamas_plugins.portfolio.limits.services import reaches_property
from atlasbahamas_plugins.portfolio.models import Hold, Property, PropertyPhoto, Unit, UnitPhoto

VIEW = "portfolio:property:view"
EDIT = "portfolio:property:edit"


def organisation_above(node: Node) -> OrganisationNode:
    """The organisation that a node hangs under."""
    return node.above(OrganisationNode)


class HoldNode(RowNode):
    """A hold of the unit above."""

    model = Hold
    key = Hold.ref
    row: Hold

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By unit."""
        return Hold.unit_id == Unit.id


class Holds(Collection):
    """Holds of one unit."""

    item = HoldNode
    permission = VIEW
    title = "Holds"

    def rows(self) -> Select[Any]:
        """All of the unit's: who sees the unit sees its holds."""
        above = self.__parent__
        assert isinstance(above, UnitNode)
        return select(Hold).where(Hold.unit_id == above.row.id)


class UnitNode(RowNode):
    """One unit. `property/units/<ref>` finds it through its property."""

    model = Unit
    key = Unit.ref
    row: Unit

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By property, or by organisation where the path leaves the property out."""
        return Unit.property_id == Property.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """The unit's label."""
        return self.row.label


class UnitsOfProperty(Collection):
    """Units of one property."""

    item = UnitNode
    permission = VIEW
    title = "Units"

    def rows(self) -> Select[Any]:
        """All of the property's."""
        above = self.__parent__
        assert isinstance(above, PropertyNode)
        return select(Unit).where(Unit.property_id == above.row.id)


class PropertyNode(Limitable):
    """One property of the organisation above; another organisation's is a 404, and one that a limited member does not reach."""

    model = Property
    key = Property.ref
    row: Property

    @classmethod
    def reached_by(cls, limit_id: Any) -> ColumnElement[bool]:
        """By property."""
        return reaches_property(limit_id, Property.id)

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation."""
        return Property.organisation_id == Organisation.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """The property's name."""
        return self.row.name


class Properties(LimitableList, Collection):
    """Properties of one organisation."""

    item = PropertyNode
    permission = VIEW
    title = "Properties"

    def rows(self) -> Select[Any]:
        """All of the organisation's."""
        return select(Property).where(Property.organisation_id == organisation_above(self).row.id)

    def choices(self) -> list[tuple[str, str]]:
        """Those that the caller may see, for a form: their numbers and names."""
        names = self.visible().with_only_columns(Property.id, Property.name).order_by(Property.name, Property.id)
        return [(str(number), name) for number, name in self.request.db.execute(names)]


class PropertyPhotoNode(PhotoNode):
    """A photo of the property above. Who sees the property sees its photos."""

    model = PropertyPhoto
    key = PropertyPhoto.ref


class PropertyPhotos(Gallery):
    """Photos of one property."""

    item = PropertyPhotoNode
    permission, edit_permission = VIEW, EDIT


class UnitPhotoNode(PhotoNode):
    """A photo of the unit above. Who sees the unit sees its photos."""

    model = UnitPhoto
    key = UnitPhoto.ref


class UnitPhotos(Gallery):
    """Photos of one unit."""

    item = UnitPhotoNode
    permission, edit_permission = VIEW, EDIT

    @property
    def subject(self) -> str:
        """The unit by its label and its property's name: a label alone says little."""
        unit: Unit = self.thing.row
        return f"{unit.label}, {unit.property.name}"


class Units(LimitableList):
    """Every unit of the organisation, as one list; each unit's own address is under its property."""

    permission = VIEW
    also = (EDIT,)
    title = "Units"

    @classmethod
    def reached_by(cls, limit_id: Any) -> ColumnElement[bool]:
        """By property."""
        return reaches_property(limit_id, Unit.property_id)

    def rows(self) -> Select[Any]:
        """All units of all its properties."""
        of_mine = Property.organisation_id == organisation_above(self).row.id
        return select(Unit).join(Property, Property.id == Unit.property_id).where(of_mine)


class LetHome(Node):
    """`/let/`: the form for somebody who has a home to let."""

    needs_sign_in = True
    title = "I have a home to let"
