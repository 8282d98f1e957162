"""The embedded settings, with the jobs of the tests and no others."""

from config.settings.common import *  # noqa: F403
from config.settings.common import INSTALLED_APPS

INSTALLED_APPS.append("tests.workers")
