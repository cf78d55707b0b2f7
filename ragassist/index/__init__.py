"""Finding passages: chunks, embedders, lexical and vector search, fusion."""
