from structlog.testing import CapturedCall, CapturingLogger

from tradepost.core.signals import handlers
from tradepost.store.tests.factories import make_order


def test_an_order_is_logged_after_the_commit(ann, django_capture_on_commit_callbacks, monkeypatch):
    log = CapturingLogger()  # of this test alone: other threads write to the one of all
    monkeypatch.setattr(handlers, "log", log)

    with django_capture_on_commit_callbacks(execute=True):
        order = make_order(ann)
        assert log.calls == []

    assert log.calls == [CapturedCall("info", ("order.created",), {"order_id": order.pk})]
