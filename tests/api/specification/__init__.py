"""The specification file read as data, and what a test needs to hold the product against it."""
