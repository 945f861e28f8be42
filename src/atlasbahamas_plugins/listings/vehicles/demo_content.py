"""The demo vehicles: invented, each with words of its own. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoVehicle:
    """A vehicle of the demo data; the price is cents for one period."""

    organisation: str
    title: str
    description: str
    make: str
    model: str
    year: int
    seats: int
    gears: str
    price_cents: int
    price_period: str
    island: str
    settlement: str
    pick_up: str
    state: str = "approved"


VEHICLES = (
    DemoVehicle(
        "blue-hole",
        "Small car for town, Nassau",
        "Easy to park and easy on petrol. The air conditioning is cold, and a child seat lies in the boot.",
        "Nissan",
        "March",
        2018,
        4,
        "automatic",
        5500,
        "day",
        "new-providence",
        "palmdale",
        "At our office on Madeira Street",
    ),
    DemoVehicle(
        "blue-hole",
        "Jeep for the rough roads of Eleuthera",
        "High off the ground, for Surfer's Beach and the Queen's Bath. A cool box and two beach chairs come along.",
        "Suzuki",
        "Jimny",
        2020,
        4,
        "manual",
        8000,
        "day",
        "eleuthera",
        "governors-harbour",
        "At the airport, by the taxi stand",
    ),
    DemoVehicle(
        "bethel",
        "Van for eight, by the week, George Town",
        "For a family, or a crew that works. The back row folds away for tanks and tools.",
        "Toyota",
        "Noah",
        2016,
        8,
        "automatic",
        42000,
        "week",
        "exuma",
        "george-town",
        "At the government dock",
    ),
    DemoVehicle(
        "bethel",
        "Golf cart with six seats, Hope Town",
        "Nobody drives a car here, and nobody needs one. Charged overnight, it goes all day.",
        "Club Car",
        "Villager",
        2021,
        6,
        "automatic",
        6500,
        "day",
        "abaco",
        "hope-town",
        "On the lower road, by the post office",
        "draft",
    ),
)
