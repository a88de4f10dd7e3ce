"""`kubernetes`: every kind of object as a resource, by server-side apply."""
