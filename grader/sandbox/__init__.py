"""The sandbox: the only place where student code runs. ``host`` is its trusted end."""
