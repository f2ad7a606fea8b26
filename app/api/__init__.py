"""HTTP adapters: parse a request, have the domain answer it in a bounded pool of threads, write the answer."""
