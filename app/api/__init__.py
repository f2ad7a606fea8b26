"""HTTP, thin: a request is parsed, the domain answers in a bounded pool of threads, the answer is written."""
