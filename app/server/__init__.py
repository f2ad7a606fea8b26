"""The server: connections within bounds, a shutdown that finishes what is under way, and processes that are watched."""
