"""What each type of resource needs that AWS bills."""
