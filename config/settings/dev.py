"""For developers: tracebacks in the browser, mails and data as in the embedded mode."""

from config.settings.common import *  # noqa: F403

DEBUG = True
