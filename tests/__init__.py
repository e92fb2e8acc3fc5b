"""The tests of cremann_dunning."""
