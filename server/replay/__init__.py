"""Citizens' messages played down the whole road through simulated phones. Nothing else of the server depends on it."""
