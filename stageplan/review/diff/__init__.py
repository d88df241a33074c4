"""What a change does to the stages of a Dockerfile, and what it costs."""
