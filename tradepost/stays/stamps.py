"""The stamps of what everybody may see of places to stay."""

PLACES = "stays.places"  # what is said of them: texts, photos, ratings, reviews, who the people are
NIGHTS = "stays.nights"  # when they are free, and what a night costs in a season
