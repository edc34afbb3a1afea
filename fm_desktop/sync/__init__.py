"""The sync engine. Pure: plan, merge, policy, guard, identity, recurrence. Effects: store, observe, execute, cycle."""
