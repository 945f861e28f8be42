"""The features that ship with the product. Each is a plugin like any other."""
