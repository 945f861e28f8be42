"""The administration of the platform: where its parts hang."""
