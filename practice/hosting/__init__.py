"""What a web host has to send: response headers and redirects, one module for each host."""
