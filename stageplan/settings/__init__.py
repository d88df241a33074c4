"""What the user's surroundings say: CI variables, the settings file, the name of a scope."""
