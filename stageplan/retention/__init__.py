"""Retention: which of the refs that stageplan pushed may go, and what goes with them."""
