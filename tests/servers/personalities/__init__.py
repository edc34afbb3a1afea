"""Whole servers of other providers, with each documented deviation: a proxy that stands before a real Radicale.

The facts are those of Google's guide to CalDAV and of the profiles that were measured by python-caldav, DAVx5,
vdirsyncer and Thunderbird. What is refused there is refused here, so that a client that is right here has a chance there.
"""
