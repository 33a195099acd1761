"""Collections that other programs fetched become part of the library, and are not fetched again."""
