"""Lets the package `astm` 0.5.0 of 2013 be installed and imported: it looks for the abstract containers where Python kept
them before 3.10. In force only where this folder is on PYTHONPATH."""
import collections
import collections.abc

for name in collections.abc.__all__:
    if not hasattr(collections, name):
        setattr(collections, name, getattr(collections.abc, name))
