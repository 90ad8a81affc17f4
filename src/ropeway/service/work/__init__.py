"""The queue of cycles, and the process that works it off."""
