"""Speed at 1,000,000 rows (``make bench``)."""
