"""The training loop: losses, optimiser steps, checkpoints."""
