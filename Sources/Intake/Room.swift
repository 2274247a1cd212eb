// Placeholder so that the package builds from its first commit; the room's own files replace it.
