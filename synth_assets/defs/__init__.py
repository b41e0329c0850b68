"""Everything Dagster: thin assets, checks, schedules, sensors."""
