"""What a subject means to people, read from its shape: a file each. Fold knows none of this."""
