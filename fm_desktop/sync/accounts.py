"""Which account of the store a profile is: one user of one CRM with one provider account."""

from __future__ import annotations

from fm_desktop.sync.store import Store


def ensure(store: Store, tenant: str, crm_user: str, address: str) -> int:
    """The id of the account, made if it is new."""
    found = find(store, tenant, crm_user, address)
    if found is not None:
        return found
    with store.transaction():
        return store.run(
            "INSERT INTO account (tenant, crm_user, address) VALUES (?, ?, ?)", tenant, crm_user, address.lower()
        )


def find(store: Store, tenant: str, crm_user: str, address: str) -> int | None:
    found: int | None = store.value(
        "SELECT id FROM account WHERE tenant = ? AND crm_user = ? AND address = ?", tenant, crm_user, address.lower()
    )
    return found
