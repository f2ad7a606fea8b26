"""What every room of the service stands on: settings, errors, logging, and the one import of torch and FAISS."""
