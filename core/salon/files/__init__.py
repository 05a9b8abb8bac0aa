"""Contents of files: where they are kept, what they are, and how pictures are made anew."""
