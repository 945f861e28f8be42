"""Signing an agreement: by a link and a code, each for oneself, with evidence that nobody can rewrite."""
