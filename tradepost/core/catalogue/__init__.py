"""Reading a catalogue from elsewhere: finding its rows, understanding them, sorting them out.

Nothing here writes: the deed is ``import_products`` in ``core/actions/imports.py``.
"""
