"""Semantics: instructions become stages that know their base, their sources and their variables."""
