"""The suite as a user types it, on a real engine: what it says of broken platforms, and what it leaves behind."""
