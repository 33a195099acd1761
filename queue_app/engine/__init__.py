"""The download engine: claims items, lists their media, fetches, verifies and records them."""
