"""The web process: the server, the one-hop handler, and the answers that stream."""
