"""Values and rules, pure: no I/O, no clock, no library but pendulum and pydantic."""
