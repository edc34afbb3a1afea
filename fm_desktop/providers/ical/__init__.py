"""iCalendar (RFC 5545) as a pure mapping, one file per concern. Edits raw components, never rewrites them."""
