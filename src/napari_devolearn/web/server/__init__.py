"""Uploads, downloads, visits and limits of the server."""
