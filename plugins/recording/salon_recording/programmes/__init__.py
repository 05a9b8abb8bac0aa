"""Programmes: shows, what each of their episodes is made of, and when it goes out."""
