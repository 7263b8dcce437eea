"""The interactive terminal wizard: it draws turns, passes on what is typed, and knows no more."""
