"""How the graph runs: what can be asked of a running graph, and the record of what happened to it."""
