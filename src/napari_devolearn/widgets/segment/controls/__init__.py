"""Controls of the Segment dock."""
