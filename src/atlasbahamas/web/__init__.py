"""The web shell: sessions, tweens, errors, forms, lists, layout."""
