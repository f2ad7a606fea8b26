"""The synthetic wardrobe: a catalogue, outfits, shoppers and questions from a hidden, documented rule whose best answer is known."""
