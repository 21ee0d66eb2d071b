"""What the benchmarks share: scale, turns, databases, references, and how figures are told."""
