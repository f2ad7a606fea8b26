"""``outfit-vector``: one vector per outfit."""
