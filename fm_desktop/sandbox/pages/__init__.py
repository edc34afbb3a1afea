"""What the sandbox's web page is made of: pure parts that turn records into what is shown, and forms into records."""
