"""Which account of the store a profile is: one user of one CRM with one provider account."""

from __future__ import annotations

from fm_desktop.sync.store import Store

_AT_WORK = "account"
# The number of the cycle goes on counting; whom the settings name has been found out just now.
_KEPT = ("cycle", "crm_user")


def ensure(store: Store, tenant: str, crm_user: str, address: str) -> int:
    """The id of the account, made if it is new; from now on it is the one at work.

    What the store remembers besides items (the directory, when calendars were listed) belongs to the account that
    was at work before, and is forgotten with a change.
    """
    found = find(store, tenant, crm_user, address)
    if found is not None and store.meta(_AT_WORK) == str(found):
        return found
    with store.transaction():
        account = found or store.run(
            "INSERT INTO account (tenant, crm_user, address) VALUES (?, ?, ?)", tenant, crm_user, address.lower()
        )
        if store.meta(_AT_WORK) is not None:
            # Keys with a colon are one account's own (`moving`).
            store.run("DELETE FROM meta WHERE key NOT IN (?, ?) AND instr(key, ':') = 0", *_KEPT)
        store.set_meta(_AT_WORK, str(account))
        # Whoever was at work meanwhile: both sides are compared whole before anything is decided.
        store.run("UPDATE collection SET cursor = NULL, compared_at = NULL WHERE account = ?", account)
    return account


def find(store: Store, tenant: str, crm_user: str, address: str) -> int | None:
    found: int | None = store.value(
        "SELECT id FROM account WHERE tenant = ? AND crm_user = ? AND address = ?", tenant, crm_user, address.lower()
    )
    return found
