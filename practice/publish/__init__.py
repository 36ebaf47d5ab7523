"""Publishing: preflight checks, plan, delivery, verification and rollback."""
