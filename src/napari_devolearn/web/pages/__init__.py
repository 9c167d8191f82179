"""The pages of the browser view."""
