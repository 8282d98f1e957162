"""What ids look like in addresses: anything else is a 404 before a view is asked."""

NUMBER = "[0-9]{1,18}"
UUID_TEXT = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
