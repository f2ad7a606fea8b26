"""The service: HTTP, composition, releases and the command line. May import ``models`` and ``index``."""
