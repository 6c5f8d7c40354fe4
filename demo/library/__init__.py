"""A plugin library: apps for people who give courses, made to be extended."""
