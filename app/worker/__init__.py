"""The learning loop: what shoppers did becomes a better release, in a process of its own.

log → archive → sessions → hygiene → outfits → retrain → compare → gate → release → page; ``loop`` decides when.
"""
