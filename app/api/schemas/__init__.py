"""What goes over the wire: requests, answers, the catalogue's changes and events, as pydantic models."""
