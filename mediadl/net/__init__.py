"""Everything that goes out to the network: the guarded client, transfers, the guarding proxy, child processes."""
