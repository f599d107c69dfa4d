"""Small servers that a test puts between the suite and what it asks."""
