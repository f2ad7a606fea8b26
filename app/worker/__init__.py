"""The learning loop: makes better releases from what shoppers did, in a process of its own.

log → archive → sessions → hygiene → outfits → retrain → compare → gate → release → page; ``loop`` decides when.
"""
