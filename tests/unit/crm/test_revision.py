import pytest

from fm_desktop.crm.revision import is_older, is_unconfirmed, revision_of

OLD = {"id": 1, "subject": "Old", "dateCreated": "2026-11-25T08:00:00Z", "dateUpdated": None, "dateDeleted": None}
NEW = OLD | {"subject": "New", "dateUpdated": "2026-11-25T09:00:00.4Z"}


def test_a_revision_changes_with_the_content_and_not_with_the_order_of_fields():
    assert revision_of(OLD) == revision_of(dict(reversed(OLD.items())))
    assert revision_of(OLD) != revision_of(OLD | {"subject": "x"})


@pytest.mark.parametrize("trusted", [True, False])
def test_what_was_read_before_our_own_write_is_older(trusted):
    ours = revision_of(OLD | {"subject": "Ours"}, written=True)
    assert is_older(OLD, ours, trusted=trusted)
    assert not is_older(NEW, ours, trusted=trusted)


def test_an_older_time_stamp_is_an_older_state_unless_everything_was_read():
    assert is_older(OLD, revision_of(NEW), trusted=False)
    assert not is_older(OLD, revision_of(NEW), trusted=True)
    assert not is_older(NEW, revision_of(OLD), trusted=False)
    assert not is_older(NEW | {"subject": "same time"}, revision_of(NEW), trusted=False)


def test_without_time_stamps_nothing_is_older():
    bare = {"id": 1, "subject": "x"}
    assert not is_older(bare, revision_of(NEW), trusted=False)
    assert not is_older(NEW, revision_of(bare, written=True), trusted=False)


def test_only_what_we_wrote_and_never_read_back_is_unconfirmed():
    assert is_unconfirmed(revision_of({"id": 1}, written=True))
    assert is_unconfirmed(revision_of(NEW, written=True))
    assert not is_unconfirmed(revision_of(NEW))
    assert not is_unconfirmed(None)
