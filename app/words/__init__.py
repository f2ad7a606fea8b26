"""What a shopper's words mean: what they name in a served catalogue, what they turn away from, and in which languages."""
