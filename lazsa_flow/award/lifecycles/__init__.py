"""The lifecycles that ship: each a table, with the guards that only it needs."""
