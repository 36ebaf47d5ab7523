"""All documents as one site: lists, views, redirects and structured data."""
