from structlog.testing import capture_logs

from tradepost.store.tests.factories import make_order


def test_an_order_is_logged_after_the_commit(ann, django_capture_on_commit_callbacks):
    with capture_logs() as lines, django_capture_on_commit_callbacks(execute=True):
        order = make_order(ann)
        assert [line for line in lines if line["event"] == "order.created"] == []

    [line] = [line for line in lines if line["event"] == "order.created"]
    assert (line["log_level"], line["order_id"]) == ("info", order.pk)
