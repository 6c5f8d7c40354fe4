"""What only real servers and real processes can show."""
