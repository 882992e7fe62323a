"""What an installation changes."""
