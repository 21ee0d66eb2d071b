"""``dramatiq workers.main``: Dramatiq's own command line on the workers of this programme.

The environment says where database and broker are: LAZSA_DATABASE_URL, LAZSA_REDIS_URL; see
docs/operations. ``lazsa-flow worker`` runs the same, and checks first that they are fit for work.
"""

from lazsa_flow.runner.worker import boot_worker

broker = boot_worker()
