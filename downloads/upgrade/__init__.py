"""Quality upgrade."""
