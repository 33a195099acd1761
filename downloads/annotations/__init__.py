"""What people write on downloads: tags and notes."""
