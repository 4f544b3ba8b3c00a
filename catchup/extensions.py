"""Flask extensions, made bare here and bound to the app in create_app()."""

from flask_babel import Babel
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from catchup.models.base import Base

# The typed Base is the one every model inherits; Flask-SQLAlchemy brings the engine and the session.
db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()
csrf = CSRFProtect()
babel = Babel()
