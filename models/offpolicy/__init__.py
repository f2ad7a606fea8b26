"""What a policy would have earned, told from answers that another one gave: examination, weights, estimates with their intervals."""
