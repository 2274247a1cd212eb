"""`scripts/bench`: numbers of Postern beside the system an operator would take instead, on the same machine."""
