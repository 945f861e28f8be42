"""How a web process of a public site serves and ends (`atlas web`): on waitress, or on gunicorn (the extra `gunicorn`).

Both end alike on SIGTERM: readiness says 503, new connections are refused so that the proxy asks the next process, what is being
answered is finished within `STOPS_WITHIN`. Above the application, which knows of it only `registry.atlas_is_stopping`.
"""

STOPS_WITHIN = 30.0
"""How long what runs may take to finish, in seconds; then it is cut off."""
