"""Gateways: machines that move money. Paying by redirect, saved methods, charging them, webhooks, refunds, paying out."""
