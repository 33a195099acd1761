"""What pages read of the rooms, shaped for them."""
