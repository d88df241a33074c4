"""Which stages a file reaches, and which files reach a stage, before anything is built."""
