"""The layouts that are known: each says whether a feed's columns are its own, and turns records into drafts of items."""
