"""The doors, tried over real HTTP on real databases."""
