"""What the county's book proposes: triage, categories, working days. Nothing here decides, and fold never reads it."""
