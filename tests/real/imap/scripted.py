"""What a scripted server says of the messages it holds, and what it was asked for."""

from __future__ import annotations

from tests.servers.imap_script import ImapScript, Talk

HEADER = b"From: ana@customer.example\r\nSubject: Message %d\r\n\r\n"


def fetched(uid: int) -> bytes:
    header = HEADER % uid
    return (
        b'* %d FETCH (UID %d RFC822.SIZE 100 INTERNALDATE "25-Nov-2026 10:00:00 +0100" FLAGS () '
        b"BODY[HEADER.FIELDS (FROM SUBJECT)] {%d}\r\n%s)" % (uid, uid, len(header), header)
    )


def ids(listed: bytes) -> list[int]:
    """A sequence set, written out."""
    ends = [[int(end) for end in each.split(b":")] for each in listed.split(b",")]
    return [uid for each in ends for uid in range(each[0], each[-1] + 1)]


def asked(command: bytes) -> list[int]:
    """The UIDs of a FETCH."""
    return ids(command.split()[2])


def holding(script: ImapScript, count: int, *bad: int, answer: bytes = b"TAG NO [SERVERBUG] cannot") -> None:
    """An inbox of so many messages, some of which the server stumbles over."""
    script.inbox(next_uid=count + 1, count=count)

    def fetch(command: bytes, talk: Talk) -> tuple[bytes, ...]:
        uids = asked(command)
        if set(bad) & set(uids):
            return (answer,)
        return (*(fetched(each) for each in uids), b"TAG OK done")

    def search(command: bytes, talk: Talk) -> tuple[bytes, ...]:
        listed = command.rsplit(b" ", 1)[1]
        uids = ids(listed) if b" UID " in command[3:] else range(1, count + 1)
        return (b"* SEARCH " + b" ".join(b"%d" % each for each in uids), b"TAG OK done")

    script.on(b"^UID FETCH", fetch)
    script.on(b"^UID SEARCH", search)
