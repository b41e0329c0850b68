"""Text columns as compiled loops walk them: Arrow's buffers, UTF-8, slices for threads."""
