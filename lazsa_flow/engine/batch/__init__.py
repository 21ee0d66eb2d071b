"""Decisions on many paths at once.

There are two entrances: :func:`.chunk.decide_chunk` for timers that are due, and
:class:`.openings.OpeningBatch` for paths that open.
"""
