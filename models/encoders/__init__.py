"""Encoders: pixels and text -> features. ``load_encoder`` in ``load`` builds one from its spec."""
