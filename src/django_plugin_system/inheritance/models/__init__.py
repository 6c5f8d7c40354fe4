"""What becomes of the models of parents, and of what refers to them."""
