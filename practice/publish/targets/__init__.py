"""The places that a site can be published to, one module for each kind."""
