"""What people and services ask of the programme, each command one transaction."""
