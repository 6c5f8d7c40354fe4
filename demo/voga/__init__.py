"""A site for a school that rents out its rooms: the library, with changes."""
