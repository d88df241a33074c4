"""Syntax: a Dockerfile's text becomes the instructions that BuildKit would see."""
