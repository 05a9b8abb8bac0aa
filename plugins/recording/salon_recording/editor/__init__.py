"""What somebody does in the editor, kept from one change to the next until it is made."""
