"""The Track, Correct tracks and Lineage tree docks."""
