"""The vocabulary of the product: frozen values without I/O. Imports nothing else of ours."""
