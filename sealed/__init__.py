"""Files and directories that are on the disk whole or not at all, and that are read again only if they are what was written."""
