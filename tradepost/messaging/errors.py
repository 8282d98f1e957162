"""What messaging may refuse."""

from tradepost.kit.errors import Conflict, Invalid, NotFound, Refused, Stale


class NoSuchConversation(NotFound):
    code = "no_such_conversation"


class NoSuchMessage(NotFound):
    code = "no_such_message"


class NoSuchMember(NotFound):
    code = "no_such_member"
    message = "There is no such person in this conversation."


class NoSuchPerson(Invalid):
    code = "no_such_person"
    message = "There is no such person to write to."


class UnknownPerson(NotFound):
    code = "no_such_person"
    message = "There is no such person."


class NoSuchParent(Invalid):
    code = "no_such_parent"
    message = "There is no such message in this conversation."


class TooDeep(Invalid):
    code = "too_deep"
    message = "This thread goes no deeper; answer a message further up."


class NoSuchAttachment(Invalid):
    code = "no_such_attachment"
    message = "There is no such file of yours that is not sent yet."


class NoSuchFile(NotFound):
    code = "no_such_file"
    message = "There is no such file."


class FileRefused(Invalid):
    """It is too large, of no kind that is let in, not what its name says, or a scan refuses it."""

    code = "file_refused"
    message = "This file cannot be sent."


class TooManyUnsentFiles(Conflict):
    code = "too_many_unsent_files"
    message = "Send some of the files that you have uploaded first, or delete them."


class EmptyMessage(Invalid):
    code = "empty_message"
    message = "A message needs some text or a file."


class TextTooLong(Invalid):
    code = "text_too_long"
    message = "The text is too long."


class TextRefused(Invalid):
    """A check of this house (``checks.py``) does not let the text through."""

    code = "text_refused"
    message = "This text cannot be sent."


class NoEmoji(Invalid):
    code = "no_emoji"
    message = "This is no emoji."


class TooManyReactions(Invalid):
    code = "too_many_reactions"
    message = "You have put enough below this message."


class TooManyPeople(Invalid):
    code = "too_many_people"
    message = "A conversation cannot hold that many people."


class TooManyAttachments(Invalid):
    code = "too_many_attachments"
    message = "A message cannot have that many files."


class BadState(Invalid):
    code = "bad_state"
    message = "Name a time in the future until which it is snoozed, and only then."


class BadSearch(Invalid):
    code = "bad_search"
    message = "This cannot be searched for."


class BadPlace(Invalid):
    code = "bad_place"
    message = "There is no such message to begin from."


class ClientIdReused(Conflict):
    code = "client_id_reused"
    message = "This client_id was used for a different message."


class FixedMembership(Conflict):
    code = "fixed_membership"
    message = "A conversation of two stays one of these two; it can be archived."


class MessageDeleted(Conflict):
    code = "message_deleted"
    message = "This message was deleted."


class NotDeleted(Conflict):
    code = "not_deleted"
    message = "This message cannot be restored."


class TooLateToEdit(Conflict):
    code = "too_late_to_edit"
    message = "This message is too old to be edited."


class MessageChanged(Stale):
    code = "message_changed"
    message = "This message was changed meanwhile."


class OwnersOnly(Refused):
    code = "owners_only"
    message = "Only an owner of the conversation may do this."


class SendersOnly(Refused):
    code = "senders_only"
    message = "Only who wrote a message may change it."


class Blocked(Refused):
    code = "blocked"
    message = "This person does not take messages from you."


class BlockedByYou(Refused):
    code = "blocked_by_you"
    message = "You have blocked this person. Unblock them to write to them."


class OwnMessage(Refused):
    code = "own_message"
    message = "Nobody reports what they wrote themselves; it can be taken back."


class NothingToReport(Conflict):
    code = "nothing_to_report"
    message = "There is nothing to read in this message any more."


class NoSuchReport(NotFound):
    code = "no_such_report"


class ReportsHandled(Conflict):
    code = "reports_handled"
    message = "There is no open report of this message any more."


class NobodyToWarn(Conflict):
    code = "nobody_to_warn"
    message = "Whoever wrote this has no account any more."
