"""``personal``: whose outfit is it?"""
