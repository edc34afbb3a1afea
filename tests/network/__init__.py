"""Networks that lie and fail, on real sockets, for every client of the program."""
