"""What of a file is kept in the registry by content key, and how what is missing is built."""
