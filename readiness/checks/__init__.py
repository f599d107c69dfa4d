"""What a criterion asks beyond one probe: declared requests, a running subgraph, its snapshot, rules of hygiene."""
