"""Errors: what a caller may catch, and what each error carries.

One tree under :class:`LazsaError`. Every error carries its facts as fields, so that a host can
act on them and a command line can print them; none carries personal data, only ids, codes,
figures and the value that was refused.
"""

from lazsa_flow.errors.base import LazsaError
from lazsa_flow.errors.environment import (
    BrokerError,
    ClockError,
    ClosedError,
    ContendedError,
    DamagedError,
    DeliveryError,
    HeldError,
    MalformedError,
    ReplacedError,
    SchemaError,
    StorageError,
    UnavailableError,
)
from lazsa_flow.errors.inputs import (
    ConfigError,
    ConflictError,
    ExtraError,
    InputError,
    KeyReusedError,
    NotFoundError,
    TemplateError,
    no_path,
    no_seller,
    no_subject_or_path,
)
from lazsa_flow.errors.moves import (
    GuardError,
    HostCodeError,
    JournalError,
    LifecycleError,
    MachineMismatchError,
    NoEdgeError,
    NotAllowedError,
    ParkedError,
    PausedError,
    RefusedError,
    StaleVersionError,
    TransitionError,
    UnknownTriggerError,
    error_name,
)
from lazsa_flow.errors.problems import Problem, printable, shown, type_name

__all__ = (
    "BrokerError",
    "ClockError",
    "ClosedError",
    "ConfigError",
    "ConflictError",
    "ContendedError",
    "DamagedError",
    "DeliveryError",
    "ExtraError",
    "GuardError",
    "HeldError",
    "HostCodeError",
    "InputError",
    "JournalError",
    "KeyReusedError",
    "LazsaError",
    "LifecycleError",
    "MachineMismatchError",
    "MalformedError",
    "NoEdgeError",
    "NotAllowedError",
    "NotFoundError",
    "ParkedError",
    "PausedError",
    "Problem",
    "RefusedError",
    "ReplacedError",
    "SchemaError",
    "StaleVersionError",
    "StorageError",
    "TemplateError",
    "TransitionError",
    "UnavailableError",
    "UnknownTriggerError",
    "error_name",
    "no_path",
    "no_seller",
    "no_subject_or_path",
    "printable",
    "shown",
    "type_name",
)

for _name in __all__:  # the place to import them from, also in tracebacks
    globals()[_name].__module__ = __name__
