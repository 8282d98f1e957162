"""What messaging may refuse."""

from tradepost.kit.errors import Conflict, Invalid, NotFound


class NoSuchConversation(NotFound):
    code = "no_such_conversation"


class NoSuchPerson(Invalid):
    code = "no_such_person"
    message = "There is no such person to write to."


class NoSuchParent(Invalid):
    code = "no_such_parent"
    message = "There is no such message in this conversation."


class EmptyMessage(Invalid):
    code = "empty_message"
    message = "A message needs some text."


class TooManyPeople(Invalid):
    code = "too_many_people"
    message = "A conversation cannot hold that many people."


class ClientIdReused(Conflict):
    code = "client_id_reused"
    message = "This client_id was used for a different message."
