"""What no constraint can say of stays, and the database keeps all the same."""

from tradepost.kit.triggers import Guard

GUARDS = (
    Guard(
        name="seasons_do_not_overlap",
        table="stays_season",
        on=("INSERT", "UPDATE"),
        refuses="""EXISTS (
            SELECT 1 FROM stays_season other
            WHERE other.property_id = NEW.property_id AND other.id <> NEW.id
            AND other.start_date < NEW.end_date AND other.end_date > NEW.start_date
        )""",
    ),
    Guard(
        name="nights_are_of_their_property",
        table="stays_night",
        on=("INSERT", "UPDATE"),
        refuses="""EXISTS (
            SELECT 1 FROM stays_booking booking
            WHERE booking.id = NEW.booking_id AND booking.property_id <> NEW.property_id
        ) OR EXISTS (
            SELECT 1 FROM stays_block block
            WHERE block.id = NEW.block_id AND block.property_id <> NEW.property_id
        )""",
    ),
    Guard(
        name="canceled_bookings_have_no_nights",
        table="stays_night",
        on=("INSERT", "UPDATE"),
        when="NEW.booking_id IS NOT NULL",
        refuses="""EXISTS (
            SELECT 1 FROM stays_booking booking
            WHERE booking.id = NEW.booking_id AND booking.status = 'canceled'
        )""",
    ),
)
