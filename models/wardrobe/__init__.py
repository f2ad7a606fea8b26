"""The synthetic wardrobe: a catalogue, outfits, shoppers and questions drawn from a documented rule; the best possible answer is known."""
