"""Carries out a plan: order, parallelism, retries, progress, and what is kept when a step fails."""
