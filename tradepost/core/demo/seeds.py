"""Products in any number, for a catalogue that has to be large rather than true."""

from decimal import Decimal

from django.utils.text import slugify

from tradepost.store.actions.upserts import ProductEntry

THINGS = {
    "Kitchen": ["Teapot", "Colander", "Bread Knife", "Mixing Bowl", "Pepper Mill", "Ladle",
                "Cutting Board", "Whisk", "Saucepan", "Egg Cup"],
    "Bathroom": ["Towel", "Soap Dish", "Bath Mat", "Hand Mirror", "Nail Brush", "Sponge",
                 "Laundry Basket", "Comb", "Tumbler", "Bathrobe"],
    "Bedroom": ["Pillow", "Blanket", "Duvet Cover", "Alarm Clock", "Night Lamp", "Clothes Hanger",
                "Slippers", "Quilt", "Mattress Cover", "Linen Box"],
    "Office": ["Desk Lamp", "Letter Tray", "Stapler", "Pen Pot", "Wall Planner", "Bookend",
               "Ring Binder", "Desk Pad", "Paper Knife", "Pin Board"],
    "Workshop": ["Claw Hammer", "Screwdriver Set", "Hand Saw", "Spirit Level", "Tape Measure",
                 "Tool Bag", "Work Bench", "Wood Plane", "Bench Vice", "Glue Clamp"],
    "Travel": ["Suitcase", "Rucksack", "Wash Bag", "Neck Pillow", "Money Belt", "Water Bottle",
               "Umbrella", "Folding Stool", "Picnic Rug", "Luggage Tag"],
    "Sport": ["Yoga Mat", "Skipping Rope", "Football", "Tennis Racket", "Sports Bag", "Swim Cap",
              "Exercise Ball", "Cycling Gloves", "Head Torch", "Running Belt"],
    "Toys": ["Kite", "Spinning Top", "Building Blocks", "Jigsaw", "Marble Run", "Doll House",
             "Rocking Horse", "Pull-along Duck", "Card Game", "Puppet"],
    "Music": ["Ukulele", "Tambourine", "Music Stand", "Recorder", "Hand Drum", "Guitar Strap",
              "Metronome", "Harmonica", "Triangle", "Song Book"],
    "Pets": ["Dog Lead", "Cat Basket", "Food Bowl", "Bird Feeder", "Scratching Post", "Dog Coat",
             "Hamster Wheel", "Pet Brush", "Travel Crate", "Chew Toy"],
}  # fmt: skip
COLLECTIONS = list(THINGS)
STYLES = ["Everyday", "Compact", "Classic", "Sturdy", "Deluxe", "Little", "Studio", "Heritage",
          "Featherlight", "Weekend"]  # fmt: skip
COLOURS = ["moss green", "slate grey", "chalk white", "brick red", "ink blue", "sand", "plum",
           "mustard", "copper", "charcoal"]  # fmt: skip
BRANDS = ["Alder & Sons", "Nordkap", "Little Mill", "Fennwick", "Casa Lumo", "Oakridge", "Tally"]
TITLES = 10_000  # of all the words together, before they come again with another mark
LOWEST_PRICE, PRICE_STEP, PRICES = 199, 7919, 24_800  # cents; a prime step meets every price
MOST_IN_STOCK = 100


def describe_seed(number: int) -> ProductEntry:
    """Return the product of this number, counted from 0: the same one each time."""
    mark, place = divmod(number, TITLES)
    high, tens, units = place // 100, place // 10 % 10, place % 10
    collection = COLLECTIONS[units]
    thing = THINGS[collection][tens]
    style, colour = STYLES[(high // 10 + tens + units) % 10], COLOURS[high % 10]
    title = f"{style} {thing}, {colour}" + (f", mark {mark + 1}" if mark else "")
    return ProductEntry(
        sku=f"SEED-{number + 1:05}",
        title=title,
        slug=slugify(title)[:50].strip("-"),
        collection=collection,
        brand=BRANDS[number % len(BRANDS)],
        description=f"{thing} in {colour}, from our {style.lower()} range.",
        unit_price=Decimal(LOWEST_PRICE + number * PRICE_STEP % PRICES) / 100,
        inventory=number * 31 % (MOST_IN_STOCK + 1),
    )
