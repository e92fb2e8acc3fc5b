"""Records, access and screens, on the real database."""
