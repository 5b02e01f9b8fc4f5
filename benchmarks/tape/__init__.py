"""Forward plus backward through the tape against other ways to have a gradient."""
