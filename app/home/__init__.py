"""The home directory: releases, pictures and runs on disk."""
