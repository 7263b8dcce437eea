"""The interview: turns, steps, state, and the machine that goes from one to the next."""
