"""What a training run costs beside its steps: time and memory, and how a step grows."""
