"""`atlas doctor`: what is wrong with a site, and what to do, found from the INI file alone, also when it does not start.

Each check looks at one thing and gives findings. Nothing is changed, but for a file that is written and taken away again.
"""
