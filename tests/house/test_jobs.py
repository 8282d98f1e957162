import pytest

REQUESTS = {
    "an unknown job": 'enqueue("store.send_reciept", order_id=1)',
    "an argument too many": 'enqueue("store.send_receipt", order_id=1, user_id=2)',
    "an argument too few": 'enqueue("store.send_receipt", copy=True)',
}
ANSWERABLE = {
    "what is needed": 'enqueue("store.send_receipt", order_id=1)',
    "all there is": 'enqueue("store.send_receipt", order_id=1, copy=True, run_at=now)',
    "arguments from elsewhere": 'enqueue("store.send_receipt", **arguments)',
    "a name from elsewhere": "enqueue(name)",
}


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_a_request_that_no_job_answers_is_found(findings_in, request_):
    assert findings_in("actions/late.py", f"{request_}\n") == ["1 J1"]


@pytest.mark.parametrize("request_", ANSWERABLE.values(), ids=ANSWERABLE)
def test_a_request_that_a_job_answers_is_not_found(findings_in, request_):
    assert findings_in("actions/late.py", f"{request_}\n") == []


def test_a_job_outside_tasks_is_found(findings_in):
    code = '@job("store.purge")\ndef purge() -> None: ...\n'

    assert findings_in("queries.py", code) == ["2 J1"]


def test_a_job_under_another_apps_name_is_found(findings_in):
    code = '@job("stays.purge")\ndef purge() -> None: ...\n'

    assert findings_in("tasks/purging.py", code) == ["2 J1"]
