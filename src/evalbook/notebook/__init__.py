"""From settings to a notebook: cells from templates, the file written whole or not at all."""
