"""stageplan: one target build per stage of a Dockerfile, with cache hits that are certain."""

__version__ = "0.1.0"
