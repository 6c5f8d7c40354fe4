"""Which plugin item answers, and why.

Holds no names of its own: ``strategies`` must be importable before models are.
"""
