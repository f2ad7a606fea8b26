"""What a merchandiser says of suggestions: rules, where they are kept, and what they come to for one outfit."""
