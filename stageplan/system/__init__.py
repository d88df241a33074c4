"""The only doors to the machine: files, processes, the engine, the registry, git, the clock."""
