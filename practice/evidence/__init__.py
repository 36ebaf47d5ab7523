"""Asks what became of the studies that the practice cites: retractions, corrections, concerns."""
