"""kill -9 between any two writes, and answers that get lost: every record there once, with all its files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.real.engine.scene import records
from tests.real.mail.office import message
from tests.servers.command import EMMA

ROOT = Path(__file__).parents[3]


class Children:
    """The process whose children are the cycles."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("runner.py"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def cycle(self, told: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def stop(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    made = Children()
    yield made
    made.stop()


@pytest.mark.timeout(500)
def test_R10_R11_killed_at_any_moment_every_record_is_there_once_with_all_its_files(
    tmp_path, office, contact, other_contact, children, crm_folder
):
    files = [("offer.pdf", b"PDF" * 100), ("offer.pdf", b"another")]
    office.deliver(message("Received", contact.address, files=files))
    office.deliver(message("Sent", EMMA, [contact.address, other_contact.address], files=files[:1]), folder="Sent")
    user = office.sandbox.store.rows("users", f"email = '{EMMA}'")[0]["id"]

    def cycle(name: str, die_after: int = 0, **more: Any) -> dict[str, Any]:
        (tmp_path / name).mkdir(exist_ok=True)
        told = {
            "folder": str(tmp_path / name), "crm": office.sandbox.url, "public_key": office.sandbox.public_key,
            "private_key": office.sandbox.private_key, "user": user, "port": office.dovecot.tls_port,
            "ca_file": str(office.dovecot.ca_file), "mail_user": office.mail.user, "mail_password": office.mail.password,
            "die_after": die_after, **more,
        }  # fmt: skip
        return children.cycle(told)

    def there() -> list[tuple[str, int, dict[str, bytes | None]]]:
        return sorted((each["subject"], each["contactId"], office.files(each)) for each in office.records())

    whole = cycle("whole")
    assert (whole["outcome"], whole["logged"]) == ("done", 3), whole
    end = there()
    assert [len(found) for _, _, found in end] == [2, 1, 1]
    for moment in range(1, whole["moments"] + 1):
        with closing(records(crm_folder)) as db:
            db.execute("DELETE FROM emails")
        assert cycle(str(moment), moment) == {"outcome": "died", "status": -signal.SIGKILL}
        after = cycle(str(moment))
        if there() != end:
            # A create that may have been stored is not sent again before a lagging list can no longer be to blame.
            after = cycle(str(moment), minutes=2)
        assert (after["outcome"], after["problems"]) == ("done", 0), (moment, after)
        assert there() == end, moment
        assert cycle(str(moment), minutes=3)["logged"] == 0, moment


@pytest.mark.parametrize("path", ["/emails", "/storage/*"])
def test_an_answer_that_gets_lost_makes_nothing_twice(office, contact, path):
    office.deliver(message("One", contact.address, files=[("a.txt", b"A"), ("b.txt", b"B")]))
    office.set_up()
    office.sandbox.faults.lose_answer(method="POST" if path == "/emails" else "PUT", path=path, count=1)
    office.cycle()
    office.cycle()
    (record,) = office.records()
    assert office.files(record) == {"a.txt": b"A", "b.txt": b"B"}
    assert office.sync()["emails_logged"] == 0
    assert office.does("problems") == "There are no problems.\n"
