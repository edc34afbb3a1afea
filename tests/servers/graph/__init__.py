"""An honest double of Microsoft Graph v1.0, written from Microsoft's documentation and held to its schema.

`GraphServer` is one mailbox with calendars, To Do lists and mail. Nothing undocumented is accepted, every body that goes
out or comes in is checked against the CSDL. Where the documentation is silent, the choice is said in the module it
concerns, and it is the one that is harder on the client.
"""

from tests.servers.graph.box import SentMail
from tests.servers.graph.csdl import find_schema
from tests.servers.graph.errors import WrongAnswerError
from tests.servers.graph.server import GraphServer, Seen

__all__ = ["GraphServer", "Seen", "SentMail", "WrongAnswerError", "find_schema"]
