"""Payments: reported by tenants, recorded by staff, confirmed or refused; cheques; receipts that anybody can check."""
