"""Peers: other libraries that do the same work, one message a path.

Each peer is written as its own documents tell, and is spared the judging: what it has to write for
a path lies ready in its memory. It has to read the rows it changes, write, and commit.
"""
