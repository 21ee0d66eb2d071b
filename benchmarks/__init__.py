"""How fast is a cycle night, compared with what else could do the same work?

Every module here that has a ``measure`` is a benchmark; ``./dev bench`` finds and runs them. Each
figure is taken compared with its reference in the same run, the two in turns.
"""
