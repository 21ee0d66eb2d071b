"""The award programme: lifecycles, rules, commands and files on top of the library."""
