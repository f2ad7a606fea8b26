"""Names of categories that no file could have, or two files could not have beside each other."""

ODD = [
    "T-Shirt & co/äöü",
    "..",
    "../../etc/passwd",
    "",
    "Tops",
    "tops",
    "TOPS",
    "x" * 300,
    "x" * 301,
    "con\x00nul",
    "服装",
    "-rf",
    "manifest",
]
