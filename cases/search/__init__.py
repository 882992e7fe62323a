"""Search cases by what is written in them, within what a person may see."""
