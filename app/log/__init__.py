"""The log: durable, append-only, ordered streams, on SQLite or on Redis behind one protocol."""
