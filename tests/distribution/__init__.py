"""What is handed out: locked dependencies, wheel and sdist, list of materials, and releases."""
