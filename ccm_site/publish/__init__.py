"""Views to `build/`: the shell that MkDocs builds, the pages poured into it, tables as files, and the search index."""
