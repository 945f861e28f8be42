"""Work for later: a row in the outbox, written in the transaction that asks for it and marked done in that of its effects.

The row is the queue. A Celery message only wakes a worker up and carries nothing but the row's id (docs/decisions/0008).
"""
