"""``weak-labels``: an encoder learned from pictures and the shop's texts."""
