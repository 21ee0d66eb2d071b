"""Decisions on many paths at once; :func:`.chunk.decide_chunk` is the one entrance."""
