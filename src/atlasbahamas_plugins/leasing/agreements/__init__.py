"""The text of an agreement: a template with blanks, what it becomes, and the document that nobody can rewrite."""
