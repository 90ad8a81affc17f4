"""One shape: each connector is a Source, a Target, or both."""
