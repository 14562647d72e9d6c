"""The kinds of checks: what `kind = "…"` in a checks.toml means."""
