from django.apps import AppConfig


class StaysConfig(AppConfig):
    name = "tradepost.stays"

    def ready(self) -> None:
        from tradepost.accounts.personal_data import register_personal_data
        from tradepost.kit.audit import register_invariant
        from tradepost.kit.http.sitemaps import register_sitemap
        from tradepost.kit.search.operations import keep_index
        from tradepost.kit.triggers import keep_guards
        from tradepost.messaging.payloads import register_sentence
        from tradepost.notifications.kinds import Offer, register_kind
        from tradepost.payments.payables import register_payable
        from tradepost.stays import tasks  # noqa: F401 - registers the jobs
        from tradepost.stays.actions.announcing import MAILED
        from tradepost.stays.actions.money import lock_due, note_received, note_refunded
        from tradepost.stays.audit import INVARIANTS
        from tradepost.stays.events import register_events
        from tradepost.stays.guards import GUARDS
        from tradepost.stays.models.search import PROPERTY_TEXTS
        from tradepost.stays.news import NOTIFICATIONS, OF_REVIEWS, SAID, booking_page
        from tradepost.stays.personal_data import collect_stays
        from tradepost.stays.signals import handlers  # noqa: F401 - connects the receivers
        from tradepost.stays.sitemaps import PlacePages

        keep_index(PROPERTY_TEXTS, app=self, model_name="Property")
        keep_guards(self, GUARDS)
        for invariant in INVARIANTS:
            register_invariant(*invariant)
        for kind, (label, sentence) in NOTIFICATIONS.items():
            # Both sides get a mail about most of these anyway.
            email = Offer.OFF if kind in MAILED else Offer.ON
            register_kind(
                f"booking.{kind}", sentence=sentence, label=label, link=booking_page, email=email
            )
        for kind, (label, sentence) in OF_REVIEWS.items():
            register_kind(kind, sentence=sentence, label=label, link=booking_page)
        for kind, sentence in SAID.items():
            register_sentence(f"booking.{kind}", sentence)
        register_events()
        register_personal_data("stays", collect=collect_stays)
        register_sitemap("stays", PlacePages)
        register_payable("booking", lock=lock_due, received=note_received, refunded=note_refunded)
