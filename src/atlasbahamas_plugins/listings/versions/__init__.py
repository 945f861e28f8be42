"""What a listing says and shows, kept as versions: text, photos and documents, as they were each time they were looked at."""
