"""Who works at the hotline: accounts, calls, tickets, reviews, and what they did."""
