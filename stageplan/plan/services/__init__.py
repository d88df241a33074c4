"""The services of a compose or bake file, planned with what each takes from others."""
