"""Looks at what time brings: which runs and reports somebody is told of, by the function and by the watcher alike."""
