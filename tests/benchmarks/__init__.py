"""`make bench`: the budgets of design chapter 9, each beside a peer or a bare loop in the same run."""
