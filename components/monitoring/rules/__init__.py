"""What Prometheus computes from what it has scraped, and when somebody hears of it."""
