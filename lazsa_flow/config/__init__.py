"""Configuration of a deployment: what ships in packages, and its own directory over it.

Files are where configuration comes from; what is in force is in the database (decision 0027).
"""

from lazsa_flow.config.loading import Config, check_policy
from lazsa_flow.config.texts import ConfiguredText, ConfigWarning

__all__ = ["Config", "ConfigWarning", "ConfiguredText", "check_policy"]
