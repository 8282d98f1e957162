"""What people do, for Locust: each file is a scenario that can be run by itself or with others.

``make load`` starts a server, fills it and runs them (docs/performance.md).
"""
