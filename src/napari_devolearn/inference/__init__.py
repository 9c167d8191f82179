"""From a movie to labels: parameters, device, resampling, the model and the one pipeline."""
