"""hodiff: a derivative calculator, and the small autodiff engine under it."""

__version__ = "0.1.0"
