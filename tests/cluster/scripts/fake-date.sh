#!/bin/sh
# Stands before the real `date` of a machine whose clock is 100 seconds ahead.
exec /usr/bin/date --date="100 seconds" "$@"
