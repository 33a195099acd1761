"""Forum threads that are looked at again and again until a day."""
