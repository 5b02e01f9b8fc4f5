"""What this machine can do, and where each kernel and each training step stands below it."""
