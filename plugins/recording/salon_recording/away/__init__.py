"""Where the sound of published episodes lies when it is not on the disk: in object storage."""
