"""Many practices at once: builds, checks or publishes a group with one command."""
