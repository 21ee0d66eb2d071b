"""Run every mutant: ``./dev prove-mutants [LIFECYCLE …]``."""

from __future__ import annotations

import argparse
import sys
import time

from lazsa_flow import prove
from tests.legibility.lifecycles import list_shipped
from tests.proof_mutants.running import LEAST_CAUGHT, RULES, run_mutants

LONGEST_PROOF_S = 5.0
"""A proof of a sound table takes no more processor time."""


def main() -> int:
    """Run the mutants of the lifecycles that are named; return 1 where too few are caught.

    One proof of each sound table comes first, with the processor time that it takes.
    """
    parser = argparse.ArgumentParser(prog="prove-mutants", description=__doc__)
    parser.add_argument("lifecycles", nargs="*", default=list(RULES), choices=list(RULES))
    good = True
    for name in parser.parse_args().lifecycles:
        started = time.process_time()
        proof = prove(list_shipped()[name], RULES[name])
        proved_s = time.process_time() - started
        print(f"{proof} {proved_s:.1f} s of CPU")
        started = time.process_time()
        results = list(run_mutants(name))
        caught = [each for each in results if each.caught_by]
        for each in results:
            if not each.caught_by:
                print(f"  {each.name}: {each.reason or 'NOT CAUGHT, and no reason is known'}")
        share = len(caught) / len(results)
        by_load = sum(each.caught_by == "load check" for each in caught)
        print(
            f"{name}: {len(caught)} of {len(results)} mutants caught ({share:.1%}), "
            f"{by_load} by the load check; {time.process_time() - started:.0f} s of CPU"
        )
        good = good and proof.holds and proved_s <= LONGEST_PROOF_S
        good = good and share >= LEAST_CAUGHT and all(each.good for each in results)
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
