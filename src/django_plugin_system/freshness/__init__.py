"""What a process may answer from, and how it learns that this has changed."""
