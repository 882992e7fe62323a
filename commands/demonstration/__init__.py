"""The content of the demonstration: a fictional city, its people, and what its workers ask for."""
