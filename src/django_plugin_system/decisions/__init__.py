"""What operators decide: which items may answer, and in which order."""
