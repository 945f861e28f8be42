"""Who may do what: identity, the policy, passwords and rate limits."""
