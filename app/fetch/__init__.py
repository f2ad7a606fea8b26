"""Fetching what others name by URL: only from hosts and addresses that may be asked, within bounds, and only once."""
