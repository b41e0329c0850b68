"""What generation costs: ledger, budget, prices, estimates, accounts."""
