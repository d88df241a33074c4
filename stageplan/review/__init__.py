"""What a person looks at before anything is built."""
