"""Checks: what the build accepts and that costs time, or more; one file for each kind."""
