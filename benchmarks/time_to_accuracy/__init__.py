"""Seconds until a network is right on so many of MNIST's test images."""
