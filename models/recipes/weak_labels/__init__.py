"""``weak-labels``: an encoder learned from pictures and what the shop says of them."""
