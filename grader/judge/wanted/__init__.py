"""What a lesson wants mapped: the sets of checks.toml as rows."""
