"""Settings of the property tests."""

from hypothesis import settings

# How long one example takes says nothing on a machine that runs other suites beside this one.
settings.register_profile("engine", deadline=None)
settings.load_profile("engine")
