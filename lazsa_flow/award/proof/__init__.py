"""What the proofs of the award's lifecycles hold their tables to."""
