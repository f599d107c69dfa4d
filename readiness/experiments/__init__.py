"""Disturbing the graph, once, and writing down how each service took it.

One experiment serves several criteria: a stopped Redis shows whether ready turns red, whether live stays green, and
whether everyone comes back by himself. So it is made once a run, by whichever test asks first, and kept.
"""
