"""What shoppers did, put down to what they were shown."""
