"""The core: what may happen, how logs merge, what they add up to. No clock, disk, network, chance or settings."""
