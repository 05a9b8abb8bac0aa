"""What was said, in words: written down voice by voice, so that every word has the right name."""
