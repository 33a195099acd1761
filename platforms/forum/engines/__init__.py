"""One module for each forum program: how its pages are told, and where things stand on them."""
