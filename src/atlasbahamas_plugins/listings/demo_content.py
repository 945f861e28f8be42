"""The demo listings: invented, each with words of its own. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoListing:
    """A listing of the demo data; the price is cents for one period."""

    property_name: str
    unit_label: str
    title: str
    description: str
    category: str
    price_cents: int
    price_period: str
    available_in_days: int
    state: str


LISTINGS = (
    DemoListing(
        "Palmdale Flats", "2B", "Bright three-bedroom apartment in Palmdale",
        "You hear the trade wind in the casuarinas and little else. Split air conditioning in each bedroom, ceiling fans everywhere else. Come and see it on any afternoon.",
        "long_term", 265000, "month", 25, "approved",
    ),
    DemoListing(
        "Palmdale Flats", "2A", "Cool two-bedroom apartment in Palmdale",
        "High ceilings keep it cool without much help. The school run is a short walk. Come and see it on any afternoon.",
        "long_term", 225000, "month", 1, "approved",
    ),
    DemoListing(
        "Harbour View", "Garden flat", "Bright one-bedroom home in Governor's Harbour",
        "The kitchen was done over last year, and it shows. Water and cable are connected; power is on your own meter. Come and see it on any afternoon.",
        "long_term", 200000, "month", 30, "approved",
    ),
    DemoListing(
        "Sandyport Mews", "No 3", "Sunny three-bedroom townhouse in Sandyport",
        "The porch is where you will have your coffee. The school run is a short walk. Come and see it on any afternoon.",
        "long_term", 385000, "month", 36, "approved",
    ),
    DemoListing(
        "Elizabeth Harbour Suites", "2A", "Breezy two-bedroom apartment in George Town",
        "High ceilings keep it cool without much help. There is a washer, and a line in the sun. Come and see it on any afternoon.",
        "long_term", 225000, "month", 19, "approved",
    ),
    DemoListing(
        "Gregory Town Cottages", "Hibiscus", "Tidy two-bedroom cottage in Gregory Town",
        "Morning light comes in over the water here. The school run is a short walk. Come and see it on any afternoon.",
        "long_term", 235000, "month", 8, "approved",
    ),
    DemoListing(
        "Elizabeth Harbour Suites", "1B", "Cool two-bedroom apartment in George Town",
        "Morning light comes in over the water here. The bus into town stops at the corner. Small pets can be talked about.",
        "long_term", 220000, "month", 51, "approved",
    ),
    DemoListing(
        "Port Lucaya Villas", "Villa 3", "Restful three-bedroom villa in Lucaya",
        "A quiet place with neighbours who look out for each other. The owner lives nearby and fixes things the same week. Ready on the day it says.",
        "long_term", 470000, "month", 12, "approved",
    ),
    DemoListing(
        "Gregory Town Cottages", "Sea Grape", "Restful three-bedroom cottage in Gregory Town",
        "A gate, a mango tree and room for two cars. Water and cable are connected; power is on your own meter. Bring your own bed linen and move in.",
        "long_term", 270000, "month", 49, "approved",
    ),
    DemoListing(
        "Carmichael Studios", "Studio 4", "Quiet studio in Carmichael",
        "The porch is where you will have your coffee. The owner lives nearby and fixes things the same week. Small pets can be talked about.",
        "long_term", 95000, "month", 7, "approved",
    ),
    DemoListing(
        "Fox Hill House", "Garden flat", "Sunny one-bedroom home in Fox Hill",
        "The porch is where you will have your coffee. Water and cable are connected; power is on your own meter. Come and see it on any afternoon.",
        "long_term", 200000, "month", 17, "approved",
    ),
    DemoListing(
        "Gregory Town Cottages", "Poinciana", "Roomy two-bedroom cottage in Gregory Town",
        "Morning light comes in over the water here. Water and cable are connected; power is on your own meter. First month and the deposit get you the keys.",
        "long_term", 230000, "month", 25, "approved",
    ),
    DemoListing(
        "Palmdale Flats", "3A", "Bright two-bedroom apartment in Palmdale",
        "A quiet place with neighbours who look out for each other. Water and cable are connected; power is on your own meter. Small pets can be talked about.",
        "long_term", 210000, "month", 16, "approved",
    ),
    DemoListing(
        "Hope Town Cottages", "Poinciana", "Bright two-bedroom cottage in Hope Town",
        "It sits on the ridge, so there is a breeze all year. There is a washer, and a line in the sun. A year's lease is preferred; ask about longer.",
        "long_term", 295000, "month", 24, "approved",
    ),
    DemoListing(
        "Fox Hill House", "Main house", "Cool three-bedroom home in Fox Hill",
        "You hear the trade wind in the casuarinas and little else. The bus into town stops at the corner. First month and the deposit get you the keys.",
        "long_term", 285000, "month", 37, "approved",
    ),
    DemoListing(
        "Gregory Town Cottages", "Croton", "Breezy one-bedroom cottage in Gregory Town",
        "Morning light comes in over the water here. Split air conditioning in each bedroom, ceiling fans everywhere else. A year's lease is preferred; ask about longer.",
        "short_term", 9000, "night", 23, "approved",
    ),
    DemoListing(
        "Port Lucaya Villas", "Villa 4", "Restful five-bedroom villa in Lucaya",
        "A quiet place with neighbours who look out for each other. Split air conditioning in each bedroom, ceiling fans everywhere else. Small pets can be talked about.",
        "long_term", 565000, "month", 53, "approved",
    ),
    DemoListing(
        "Fox Hill House", "Upstairs", "Quiet two-bedroom home in Fox Hill",
        "The porch is where you will have your coffee. Water and cable are connected; power is on your own meter. Bring your own bed linen and move in.",
        "long_term", 235000, "month", 9, "approved",
    ),
    DemoListing(
        "Fresh Creek House", "Upstairs", "Roomy two-bedroom home in Fresh Creek",
        "The kitchen was done over last year, and it shows. Split air conditioning in each bedroom, ceiling fans everywhere else. First month and the deposit get you the keys.",
        "long_term", 250000, "month", 46, "approved",
    ),
    DemoListing(
        "Palmdale Flats", "1A", "Breezy one-bedroom apartment in Palmdale",
        "A quiet place with neighbours who look out for each other. The owner lives nearby and fixes things the same week. Bring your own bed linen and move in.",
        "long_term", 180000, "month", 35, "approved",
    ),
    DemoListing(
        "Palmdale Flats", "3B", "Sunny one-bedroom apartment in Palmdale",
        "Concrete roof, hurricane shutters and a cistern of its own. Split air conditioning in each bedroom, ceiling fans everywhere else. Come and see it on any afternoon.",
        "long_term", 170000, "month", 26, "approved",
    ),
    DemoListing(
        "Marsh Harbour Row", "No 1", "Bright two-bedroom townhouse in Marsh Harbour",
        "You hear the trade wind in the casuarinas and little else. The bus into town stops at the corner. Come and see it on any afternoon.",
        "long_term", 285000, "month", 32, "approved",
    ),
    DemoListing(
        "Carmichael Studios", "Studio 5", "Roomy studio in Carmichael",
        "The kitchen was done over last year, and it shows. The owner lives nearby and fixes things the same week. Bring your own bed linen and move in.",
        "long_term", 85000, "month", 25, "approved",
    ),
    DemoListing(
        "Port Lucaya Villas", "Villa 1", "Roomy three-bedroom villa in Lucaya",
        "The porch is where you will have your coffee. Split air conditioning in each bedroom, ceiling fans everywhere else. Small pets can be talked about.",
        "long_term", 475000, "month", 18, "approved",
    ),
    DemoListing(
        "Freeport Gardens", "3B", "Quiet one-bedroom apartment in Freeport",
        "You hear the trade wind in the casuarinas and little else. Water and cable are connected; power is on your own meter. First month and the deposit get you the keys.",
        "long_term", 180000, "month", 30, "approved",
    ),
    DemoListing(
        "Marsh Harbour Row", "No 4", "Cool two-bedroom townhouse in Marsh Harbour",
        "High ceilings keep it cool without much help. Water and cable are connected; power is on your own meter. First month and the deposit get you the keys.",
        "long_term", 280000, "month", 47, "approved",
    ),
    DemoListing(
        "Sandyport Mews", "No 2", "Bright three-bedroom townhouse in Sandyport",
        "You hear the trade wind in the casuarinas and little else. There is a washer, and a line in the sun. Small pets can be talked about.",
        "long_term", 390000, "month", 28, "approved",
    ),
    DemoListing(
        "Fresh Creek House", "Garden flat", "Breezy one-bedroom home in Fresh Creek",
        "Morning light comes in over the water here. The bus into town stops at the corner. First month and the deposit get you the keys.",
        "long_term", 195000, "month", 18, "approved",
    ),
    DemoListing(
        "Harbour View", "Upstairs", "Tidy two-bedroom home in Governor's Harbour",
        "A gate, a mango tree and room for two cars. Split air conditioning in each bedroom, ceiling fans everywhere else. First month and the deposit get you the keys.",
        "long_term", 245000, "month", 5, "approved",
    ),
    DemoListing(
        "Cable Beach Court", "1B", "Tidy two-bedroom apartment in Cable Beach",
        "A quiet place with neighbours who look out for each other. The school run is a short walk. A year's lease is preferred; ask about longer.",
        "long_term", 280000, "month", 42, "approved",
    ),
    DemoListing(
        "Cable Beach Court", "2B", "Quiet three-bedroom apartment in Cable Beach",
        "It sits on the ridge, so there is a breeze all year. The bus into town stops at the corner. Come and see it on any afternoon.",
        "long_term", 330000, "month", 30, "paused",
    ),
    DemoListing(
        "Cable Beach Court", "3A", "Roomy two-bedroom apartment in Cable Beach",
        "Morning light comes in over the water here. The bus into town stops at the corner. Ready on the day it says.",
        "long_term", 280000, "month", 40, "paused",
    ),
    DemoListing(
        "Cable Beach Court", "1A", "Cool one-bedroom apartment in Cable Beach",
        "Concrete roof, hurricane shutters and a cistern of its own. The bus into town stops at the corner. Bring your own bed linen and move in.",
        "long_term", 245000, "month", 19, "draft",
    ),
    DemoListing(
        "Carmichael Studios", "Studio 1", "Tidy studio in Carmichael",
        "A quiet place with neighbours who look out for each other. The bus into town stops at the corner. Come and see it on any afternoon.",
        "long_term", 95000, "month", 28, "draft",
    ),
)
