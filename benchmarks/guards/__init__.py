"""What it costs a training step to make sure that every number is finite."""
