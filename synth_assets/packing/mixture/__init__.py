"""Which documents a release holds, how often, and in which part of it.

`inventory` counts what there is, `budget` says how many tokens of which cell each block takes,
`draw` takes the documents. A *cell* is a component's documents of one language, found or made; a
*block* is what one phase adds to one nested prefix.
"""
