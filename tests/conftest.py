"""How tests of random input run: as long as they need, on a slow machine too."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
