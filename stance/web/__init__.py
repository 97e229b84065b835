"""The server of `stance serve`: a page and a JSON API. Needs the extra `web`; docs/server.md says how to use it."""
