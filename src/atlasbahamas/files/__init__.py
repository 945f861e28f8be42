"""Files: the bytes in a store under the hash of their content, and the rows that say what they are.

The row is the authority. A file is reached only through a node that checks permission (`serving`), pictures are decoded and
made anew (`pictures`), documents are opened and looked at (`documents`), and bytes without a row go away (`settling`).
Which thing a file belongs to is the feature's: it has a table of its own that refers to `file`, such as a gallery's.
"""
