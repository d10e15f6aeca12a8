"""The law as data, read by both languages. No code."""
