"""Migrations of a lineage: where they are, their order, and what is written anew."""
