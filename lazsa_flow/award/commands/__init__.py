"""Commands of the award programme, each in one transaction with its permission."""
