"""The bounds that the API sets to what clients send."""

BODY_BYTES_LIMIT = 1024 * 1024
NESTING_LIMIT = 32  # levels of arrays and objects
INTEGER_LIMIT = 2**63 - 1  # what a database column holds
PER_PAGE_LIMIT = 200
PAGE_LIMIT = INTEGER_LIMIT // 1000  # its first row still has a number, with the largest page there is
PER_PAGE_DEFAULT = 50
BULK_LIMIT = 1000  # rows that one request may change
LINES_LIMIT = 10_000  # of a list of links
