"""Mail: a row for each, written in the transaction that wants it sent, and a job that composes and sends it.

Who is told what, and whether they want it by mail, belongs to `notifications`. Features never send mail themselves: they notify.
"""
