"""What must be true of conversations at any time; docs/audit.md says it in words."""

from tradepost.messaging.audit import messages, people, remains

INVARIANTS = (*messages.INVARIANTS, *people.INVARIANTS, *remains.INVARIANTS)
