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
    price_cents: int
    available_in_days: int
    category: str = "long_term"
    price_period: str = "month"
    state: str = "approved"


LISTINGS = (
    DemoListing(
        "Palmdale Flats",
        "2B",
        "Corner three-bedroom in Palmdale, pets welcome",
        "A corner flat on the second floor of Palmdale Flats, with windows on two sides and a breeze "
        "through both. Three bedrooms, two bathrooms and 1,410 square feet, let unfurnished, so your own "
        "things fit. Small dogs and cats are welcome; the vet is two streets away on Madeira Street.",
        265000,
        25,
    ),
    DemoListing(
        "Palmdale Flats",
        "2A",
        "Cool two-bedroom in the middle of Palmdale",
        "High ceilings and deep eaves keep this two-bedroom cool well into June. Banks, a bakery and the "
        "number 1 bus are all within five minutes on foot. It comes unfurnished, freshly painted, with a "
        "new stove and fridge.",
        225000,
        1,
    ),
    DemoListing(
        "Harbour View",
        "Garden flat",
        "Garden flat on Buccaneer Hill by the night",
        "Wake to roosters and the harbour, and have coffee under the sea grape. The flat is fully furnished"
        " for two, with its own gate, a fan in every room and linen on the bed. Pets that get along with "
        "two old cats may come too.",
        18500,
        30,
        "short_term",
        "night",
    ),
    DemoListing(
        "Sandyport Mews",
        "No 3",
        "Canal-side townhouse in Sandyport with a dock rail",
        "Three bedrooms over a kitchen that opens to the canal, where children fish off the wall after "
        "school. It is fully furnished, and a guard is at the gate day and night. Shops, a chemist and the "
        "beach are across the footbridge.",
        385000,
        36,
    ),
    DemoListing(
        "Elizabeth Harbour Suites",
        "2A",
        "Two-bedroom over Kidd Cove by the week",
        "Regatta week or a quiet one: the balcony looks straight over Kidd Cove to Stocking Island. Two "
        "bedrooms, fully furnished, with a water taxi to the beaches from the steps below. Price by the "
        "week, power and water included.",
        115000,
        19,
        "short_term",
        "week",
    ),
    DemoListing(
        "Gregory Town Cottages",
        "Hibiscus",
        "Hibiscus, a tidy cottage by Gregory Town cove",
        "This two-bedroom cottage sits a few steps above the cove, where the boats come in at four. The "
        "pineapple fields begin behind the back fence. Let unfurnished to someone who likes a garden, with "
        "a cistern that has never run dry.",
        235000,
        8,
    ),
    DemoListing(
        "Elizabeth Harbour Suites",
        "1B",
        "Furnished two-bedroom in George Town with room for a dog",
        "Bring a suitcase and the dog: everything else is here. The flat is on the breezy side of the "
        "building and an easy walk to the market, the bank and the clinic. Nurses and teachers on contract "
        "have been happy here for years.",
        220000,
        51,
    ),
    DemoListing(
        "Port Lucaya Villas",
        "Villa 3",
        "Restful three-bedroom villa by Port Lucaya marina",
        "A cool tiled villa in a walled garden, three minutes from the marina by bicycle. Both bathrooms "
        "were done over last winter and every bedroom has its own split air conditioner. Unfurnished, with "
        "a covered place for two cars.",
        470000,
        12,
    ),
    DemoListing(
        "Gregory Town Cottages",
        "Sea Grape",
        "Sea Grape, the big cottage in Gregory Town",
        "The largest of our four cottages has three bedrooms, two bathrooms and a porch as long as the "
        "house. Surfers know the beach ten minutes up the road; families know the quiet school. Unfurnished"
        " and ready for a long stay.",
        270000,
        49,
    ),
    DemoListing(
        "Carmichael Studios",
        "Studio 4",
        "Furnished studio off Carmichael Road",
        "A furnished studio for one, opposite the primary school and on the bus line into town. The bed, "
        "table, stove and fridge are nearly new. Water is included; power is on your own prepaid meter.",
        95000,
        7,
    ),
    DemoListing(
        "Fox Hill House",
        "Garden flat",
        "Garden flat with its own gate in Fox Hill",
        "Behind the main house and under the dilly tree, this one-bedroom has its own gate and its own "
        "yard. It is a short walk to the parade ground and shorter still to the fruit stands. Unfurnished, "
        "with hurricane shutters on every window.",
        200000,
        17,
    ),
    DemoListing(
        "Gregory Town Cottages",
        "Poinciana",
        "Poinciana, a roomy cottage that takes pets",
        "In June the tree that gives this cottage its name covers the yard in red. Two good bedrooms, a "
        "fenced garden for a dog, and the cove at the end of the lane. Let unfurnished by the month, a year"
        " at least.",
        230000,
        25,
    ),
    DemoListing(
        "Palmdale Flats",
        "3A",
        "Furnished two-bedroom flat on the top floor, Palmdale",
        "Top floor, nobody overhead, and a view over the rooftops as far as the bridge. The furniture is "
        "simple and solid, and the washing machine is inside the flat. Five minutes to the hospital, which "
        "is why doctors keep renting it.",
        210000,
        16,
    ),
    DemoListing(
        "Hope Town Cottages",
        "Poinciana",
        "Poinciana Cottage, Hope Town, by the week",
        "A pink cottage for four on Back Street, with the lighthouse in the kitchen window. Golf cart "
        "parking, bicycles and beach chairs come with it; the beach is two lanes over. Well-behaved dogs "
        "are welcome and always come back browner.",
        165000,
        24,
        "short_term",
        "week",
    ),
    DemoListing(
        "Fox Hill House",
        "Main house",
        "Family house at the Fox Hill parade ground",
        "Three bedrooms, two bathrooms and a porch from which you hear the Junkanoo practice. The house is "
        "furnished, and the yard has mango, guinep and room for a swing. Concrete roof, shutters and a pump"
        " with its own tank.",
        285000,
        37,
    ),
    DemoListing(
        "Gregory Town Cottages",
        "Croton",
        "Croton, a small cottage for a quiet life",
        "One bedroom, one bathroom and a window over the sink that faces the sea. The cottage was rewired "
        "last year and has town water as well as a tank. It comes unfurnished and suits a writer, a teacher"
        " or a pair who read.",
        185000,
        23,
    ),
    DemoListing(
        "Port Lucaya Villas",
        "Villa 4",
        "Five-bedroom villa with a pool by the week",
        "Ten people sleep well here, and twelve fit round the table on the terrace. There is a pool, a gas "
        "grill and a path to the marina, and a housekeeper comes on Wednesdays. Pets are welcome if they "
        "keep out of the pool.",
        420000,
        53,
        "short_term",
        "week",
    ),
    DemoListing(
        "Fox Hill House",
        "Upstairs",
        "Two-bedroom upstairs with a porch in Fox Hill",
        "The upstairs of a family house, with its own stairs and a porch that catches the wind. Two "
        "bedrooms and a proper dining room, let unfurnished. The owner lives in the next street and answers"
        " the phone.",
        235000,
        9,
    ),
    DemoListing(
        "Fresh Creek House",
        "Upstairs",
        "Upstairs with a view of the creek, Fresh Creek",
        "From the gallery you see the bonefish boats go out and come back. The flat is furnished, has two "
        "bedrooms and shares nothing but the yard. Good for someone at the research station or the clinic.",
        250000,
        46,
    ),
    DemoListing(
        "Palmdale Flats",
        "1A",
        "One-bedroom flat on a quiet side of Palmdale",
        "On the ground floor at the back, away from the road, with a small patio for pots. The kitchen has "
        "full-size appliances and the bedroom a walk-in cupboard. Unfurnished; one parking place with a "
        "number on it.",
        180000,
        35,
    ),
    DemoListing(
        "Palmdale Flats",
        "3B",
        "Sunny furnished one-bedroom in Palmdale",
        "Morning sun in the bedroom and afternoon shade on the balcony, which is the right way round. "
        "Everything is furnished, down to the pots. A friendly building where people hold the door.",
        170000,
        26,
    ),
    DemoListing(
        "Marsh Harbour Row",
        "No 1",
        "Furnished townhouse in the middle of Marsh Harbour",
        "New from the ground up since the storm, with impact windows and strapped rafters. Two bedrooms "
        "upstairs, everything else down, and furniture that nobody has sat on yet. The ferry to the cays is"
        " ten minutes by car.",
        285000,
        32,
    ),
    DemoListing(
        "Carmichael Studios",
        "Studio 5",
        "Bright furnished studio with an oven, Carmichael",
        "The largest of the five studios, with a real oven and a window on each side. A bed, a sofa and a "
        "desk are there; bring your sheets and your plants. Rent includes water and the yard man.",
        85000,
        25,
    ),
    DemoListing(
        "Port Lucaya Villas",
        "Villa 1",
        "Furnished three-bedroom villa on Sea Horse Road",
        "Tall ceilings, a cool tiled floor and French doors to a garden full of bougainvillea. The villa is"
        " furnished for a family of five, with a piano that is in tune. Port Lucaya's Saturday market is a "
        "short stroll.",
        475000,
        18,
    ),
    DemoListing(
        "Freeport Gardens",
        "3B",
        "Quiet furnished flat in Freeport, close to the bank",
        "A one-bedroom on the third floor, where you hear the casuarinas and not much else. Furnished, on "
        "Grand Bahama Power with its own meter, and five minutes by car to the harbour. A good first home "
        "on the island.",
        180000,
        30,
    ),
    DemoListing(
        "Marsh Harbour Row",
        "No 4",
        "End townhouse in Marsh Harbour by the night",
        "For crews, contractors and people who missed the last ferry: two bedrooms, three beds and a "
        "washer. The supermarket is across the road and the airport is a ten-minute drive. Furnished, with "
        "a standby generator.",
        21000,
        47,
        "short_term",
        "night",
    ),
    DemoListing(
        "Sandyport Mews",
        "No 2",
        "Three-bedroom townhouse by the Sandyport bridge",
        "Light from both ends and a roof terrace that sees the fireworks twice a year. Unfurnished, with "
        "all the appliances, and a dog or a cat is no trouble. Two parking places and storage for a kayak.",
        390000,
        28,
    ),
    DemoListing(
        "Fresh Creek House",
        "Garden flat",
        "Garden flat by the lighthouse, Fresh Creek",
        "A one-bedroom a stone's throw from the old lighthouse, with crabs in the yard in May. It is "
        "unfurnished and simple, with a good roof and strong water. Your pet will like it as much as you.",
        195000,
        18,
    ),
    DemoListing(
        "Harbour View",
        "Upstairs",
        "Upstairs on Buccaneer Hill with both views",
        "From the front porch you see the harbour, from the back the Atlantic. Two bedrooms with wooden "
        "floors, let unfurnished, and pets are fine. The library, the bakery and the Friday fish fry are "
        "down the hill.",
        245000,
        5,
    ),
    DemoListing(
        "Cable Beach Court",
        "1B",
        "Two-bedroom in Cable Beach, steps from Goodman's Bay",
        "Cross the road and you are on the sand; the morning walkers will wave. A first-floor flat with two"
        " bedrooms and a long balcony, let unfurnished. Standby generator, reverse-osmosis water and a "
        "guard at night.",
        280000,
        42,
    ),
    DemoListing(
        "Cable Beach Court",
        "2B",
        "Three-bedroom in Cable Beach with a sea view",
        "The top corner of Cable Beach Court, with the sea in three windows. Two bathrooms, a laundry room "
        "and two parking places under cover. Unfurnished; a small pet is welcome.",
        330000,
        30,
        state="paused",
    ),
    DemoListing(
        "Cable Beach Court",
        "3A",
        "Quiet two-bedroom on the top floor, Cable Beach",
        "Set back from West Bay Street, so the evenings are quiet. Two bedrooms and a study corner, "
        "unfurnished, with new windows throughout. The pool is cleaned on Mondays and Thursdays.",
        280000,
        40,
        state="paused",
    ),
    DemoListing(
        "Cable Beach Court",
        "1A",
        "Furnished one-bedroom in Cable Beach",
        "A ground-floor flat with a garden door, furnished in wicker and white cotton. The beach, the bus "
        "and two good restaurants are within a few minutes. Pets are welcome in the garden flats.",
        245000,
        19,
        state="draft",
    ),
    DemoListing(
        "Carmichael Studios",
        "Studio 1",
        "Plain, clean studio off Carmichael Road",
        "A plain, clean studio with a new bathroom, let unfurnished. The bus stops at the corner, and the "
        "food store is open until nine. It suits one person who works in town.",
        95000,
        28,
        state="draft",
    ),
    DemoListing(
        "Cable Beach Court",
        "2A",
        "Furnished two-bedroom across from the beach",
        "Cross the road and stand in the sea: this two-bedroom is furnished down to the cutlery. The balcony looks east, so mornings "
        "are for coffee and evenings are cool.",
        285000,
        20,
        state="submitted",
    ),
    DemoListing(
        "Marsh Harbour Row",
        "No 3",
        "Three-bedroom row house near the ferry",
        "Ten minutes on foot from the ferry dock, with a yard that gets the evening shade. Unfurnished, with a new roof since last "
        "summer.",
        320000,
        35,
        state="changes_requested",
    ),
)

PHOTOGRAPHED = (("Cable Beach Court", "1A"), ("Cable Beach Court", "1B"), ("Cable Beach Court", "2A"))
"""Units whose listings show photos instead of a drawing."""

NEW_TITLES = (
    ("Gregory Town Cottages", "Sea Grape", "Three-bedroom cottage above the cliffs of Gregory Town", True),
    ("Cable Beach Court", "1B", "Two-bedroom with a long balcony, a walk from Goodman's Bay", False),
    ("Cable Beach Court", "3A", "Top-floor two-bedroom with a study corner, Cable Beach", False),
)
"""Listings on the market with another title that is not public yet; True: it waits for a reviewer."""

SENT_BACK = "The yard is not on any of the photos, and the text praises it. Please add one of it, or leave the sentence out."

PAPER = (
    "Authority to let",
    "The owners of Cable Beach Court let Blue Hole Property Management",
    "list and let its units. An invented paper.",
)
"""The lines of a document that goes with those of them that are not public yet."""
