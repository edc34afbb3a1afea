"""The desktop: what a person sees. Draws what `app` and `sync.status` say; talks to no server."""
