"""What Exchange says the same way over both of its protocols, EWS and Microsoft Graph."""
