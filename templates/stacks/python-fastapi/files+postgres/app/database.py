from datetime import datetime
from typing import ClassVar

from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Of every table. What differs from the migrations, `alembic check` tells."""

    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True)}
