"""Stage keys: the digest of all that decides what a stage contains, known before anything is built."""
