"""The final statement for tenants without a sign-in: links that show it, and answers by them."""
