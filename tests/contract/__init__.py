"""The contract suite of the provider port: one suite, written against the port only, for every provider there is."""
