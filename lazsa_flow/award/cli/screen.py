"""``lazsa-flow screen``: the criteria, checked on a facts file."""

from __future__ import annotations

from lazsa_flow.award.cli.options import FactsFile, ScreenedOn
from lazsa_flow.cli.common import console, print_json
from lazsa_flow.cli.options import ConfigDir, Json


def screen(
    file: FactsFile,
    on: ScreenedOn,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show which sellers of a facts file meet the criteria on a date, on the facts as given.

    Example: lazsa-flow screen sellers.csv --on 2020-04-01
    """
    from lazsa_flow.award.imports.facts import read_facts
    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.award.rules.screening import screen_seller as judge
    from lazsa_flow.cli.tables import new_table
    from lazsa_flow.config import Config, check_policy
    from lazsa_flow.lifecycle.calendar import parse_date

    day = parse_date(on, where="option", field="--on")
    loaded = Config.load(config)
    lifecycles = {lifecycle.name: lifecycle for lifecycle in loaded.lifecycles}
    texts = [text for text in loaded.policies if text.lifecycle == "award"]
    policy = check_policy(max(texts, key=lambda text: text.version), lifecycles)
    assert isinstance(policy, AwardPolicy)
    countries = {country.code for country in loaded.countries}
    for _ in read_facts(file, countries):  # the whole file is sound before a line is printed
        pass
    met = total = 0
    unmet: dict[str, int] = {}
    table = new_table("Seller", "Meets", "Unmet", title=f"On {day}")
    for facts in read_facts(file, countries):
        result = judge(facts, day, policy.criteria)
        total += 1
        met += result.eligible
        for name in result.unmet:
            unmet[name] = unmet.get(name, 0) + 1
        if as_json:
            print_json(result.to_json())
        else:
            table.add_row(
                result.seller, "yes" if result.eligible else "no", ", ".join(result.unmet)
            )
    if not as_json:
        out = console()
        out.print(table)
        out.print(f"{met} of {total} sellers meet every criterion on {day}.")
        for name, sellers in sorted(unmet.items(), key=lambda item: -item[1]):
            out.print(f"  {name}: unmet by {sellers}")
