"""What people do with sealed records: seal, open and edit files, say who reads, erase a subject, hand over what is held."""
