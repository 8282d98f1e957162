"""Which tests run in which of several processes: files stay whole, those with servers together.

The latter start processes of their own and let them race: one of them at a time is enough for a
machine, and what they start for the whole run is then started once.
"""

from xdist.scheduler import LoadScopeScheduling

WITH_SERVERS = (
    "tests/races/",
    "tests/attacks/test_charsets.py",
    "tests/attacks/test_kill.py",
    "tests/attacks/test_refresh_race.py",
    "tests/attacks/test_slow_heads.py",
    "tests/test_admin_browser.py",
    "tests/test_backup.py",
    "tests/test_browser.py",
    "tests/test_bucket.py",
    "tests/test_catalogue_browser.py",
    "tests/test_client_app.py",
    "tests/test_cors.py",
    "tests/test_deploy_files.py",
    "tests/test_deploy_servers.py",
    "tests/test_failover.py",
    "tests/test_first_start.py",
    "tests/test_hosting_browser.py",
    "tests/test_light_pages.py",
    "tests/test_live_browser.py",
    "tests/test_load.py",
    "tests/test_logs.py",
    "tests/test_logs_story.py",
    "tests/test_messaging_browser.py",
    "tests/test_observed.py",
    "tests/test_pgbouncer.py",
    "tests/test_replica.py",
    "tests/test_search_engines_browser.py",
    "tests/test_server.py",
    "tests/test_static.py",
    "tests/test_stays_browser.py",
    "tests/test_story.py",
    "tests/test_stripe_browser.py",
    "tests/workers/",
)


class FilesAndServers(LoadScopeScheduling):
    """Hand out one file after the other, and those with servers as if they were one."""

    def _split_scope(self, nodeid: str) -> str:
        return "servers" if nodeid.startswith(WITH_SERVERS) else nodeid.partition("::")[0]
