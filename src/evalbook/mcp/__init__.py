"""The interview as a Model Context Protocol server, for assistants without a shell."""
