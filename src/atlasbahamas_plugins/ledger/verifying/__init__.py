"""The books are proved every night, and operators are told when that was and what does not hold."""
