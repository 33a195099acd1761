"""The recycle bin: deleted and replaced files stay below the media root for some days, and can come back.

Each change is a row first and a rename after it, so a crash in between is always seen by its row:

1. :func:`~downloads.bin.entries.put_in_bin`, inside the transaction that ends the file's record;
2. :func:`~downloads.bin.moving.settle_entries`, after its commit;
3. :func:`~downloads.bin.moving.recover_bin`, for what a crash left between the two.
"""
