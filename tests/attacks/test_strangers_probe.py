"""A stranger's look at an existing conversation and at a missing one is the same."""

from uuid import uuid4

from tradepost.messaging.tests.factories import make_conversation


def test_a_used_client_id_does_not_tell_whether_a_conversation_exists(api, ann, bob, charlie):
    own, others = make_conversation(ann, bob), make_conversation(bob, charlie)
    ann_calls = api(ann)

    def send(conversation_id: object):
        body = {"message_body": "Hi", "client_id": "one"}
        return ann_calls.post("/api/v1/messages/", {**body, "conversation": conversation_id})

    send(own.pk)
    existing, missing = send(others.pk), send(uuid4())

    assert existing.status_code == missing.status_code == 409  # the id has sent something
    assert existing.content == missing.content
