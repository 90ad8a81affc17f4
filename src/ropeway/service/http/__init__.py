"""The application: who is asking, and what goes wrong."""
