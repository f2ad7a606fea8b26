"""A replica while it serves: it follows the current release, replays catalogue changes, tries candidates, bounds its work, counts."""
