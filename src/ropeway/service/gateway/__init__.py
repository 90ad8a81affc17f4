"""What agents talk to, and a Source that reads through them."""
