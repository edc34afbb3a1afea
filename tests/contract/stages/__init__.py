"""The stages of the contract suite: one file for each server that stands for a provider."""
