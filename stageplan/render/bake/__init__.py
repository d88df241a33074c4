"""The plan as a file for `docker buildx bake`: one target a build, one group a wave."""
