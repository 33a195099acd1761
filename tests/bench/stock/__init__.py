"""What the product is measured beside: the same table behind DRF as its tutorial has it, under daphne as it comes."""
