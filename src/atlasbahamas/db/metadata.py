"""The one MetaData that the core and every feature share, each through a DeclarativeBase of its own.

One MetaData lets foreign keys cross from a feature to the core; separate bases keep a broken relationship() in one feature
from breaking everybody's queries (house.md section 3).
"""

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
