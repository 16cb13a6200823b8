"""What blocks of a definition become in a document, from data that somebody else has fetched."""
