"""State on SQLite and PostgreSQL: SQLAlchemy Core for schema and SQL, one store for both."""
