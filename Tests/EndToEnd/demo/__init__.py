"""`scripts/demo`: the main job shown end to end on real servers, and compared with what must be."""
