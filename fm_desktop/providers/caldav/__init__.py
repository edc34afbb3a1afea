"""CalDAV (RFC 4791, 6578, 6764): discovery, reading changes, conditional writes, quirks as data."""
