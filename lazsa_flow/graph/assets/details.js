"use strict";

/** Make an element: its name, what it holds (text is text, never markup), and its attributes. */
function make(name, holds = [], attributes = {}) {
  const element = document.createElement(name);
  for (const each of [holds].flat()) element.append(each instanceof Node ? each : String(each));
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** The details next to the picture. */
class Details {
  constructor(element, model, follow) {
    this.element = element;
    this.model = model;
    this.follow = follow;
  }

  /** Tell something; the same again leaves focus and scroll position alone. */
  put(...elements) {
    const told = make("div", elements);
    if (told.innerHTML === this.told) return;
    this.told = told.innerHTML;
    this.element.replaceChildren(told);
    this.element.scrollTop = 0;
  }

  /** What the picture is, before anything is chosen. */
  welcome(stop, country) {
    const { data } = this.model;
    const said = [
      make("h2", data.title),
      make("p", "Choose a state: who is there, since when, and what comes next. Choose a trigger: who is held there, and by which guard. Search for a path or a subject: its story.", { class: "quiet" }),
    ];
    if (!this.model.counted) return this.put(...said.slice(0, 1), make("p", "Choose a state or a trigger.", { class: "quiet" }));
    if (data.stops[stop].kind === "due") said.push(...this.coming(stop, country));
    else said.push(make("p", `Figures of ${this.model.label(stop)}.`));
    return this.put(...said);
  }

  /** Which timers fall due until a coming stop. */
  coming(stop, country) {
    const timers = this.model.due(stop, country).map(([name, times]) => make("li", `${name}: ${figure(times)}`));
    return [make("h3", `Due ${this.where(country)} until ${this.model.data.stops[stop].on}`),
      timers.length ? make("ul", timers) : make("p", "Nothing."), this.notice()];
  }

  notice() {
    return make("p", [make("span", "due", { class: "badge" }), " States are as now; next to a trigger, how many pending timers will try it. Nothing here is a forecast."]);
  }

  /** Who is in a state. */
  state(id, stop, country) {
    const state = this.model.states.get(id);
    const meaning = make("p", state.meaning.replace("_", " "), { class: "quiet" });
    if (!this.model.counted) return this.put(make("h2", state.name), meaning);
    const due = this.model.data.stops[stop].kind === "due";
    const label = this.model.label(due ? this.model.now : stop);
    const count = this.model.count(stop, country, id);
    const listed = this.model.residentsIn(id, country);
    const here = this.model.count(this.model.now, country, id);
    const said = [
      make("h2", state.name),
      make("p", [make("span", figure(count), { class: "figure" }), ` ${this.where(country)}, ${label}`]),
      meaning,
    ];
    if (due) said.push(this.notice());
    said.push(make("h3", stop === this.model.now ? "Who is here" : "Who is here now"));
    said.push(listed.length ? this.residents(listed) : make("p", "Nobody."));
    if (listed.length < here) said.push(make("p", `${figure(listed.length)} of ${figure(here)} are listed, those that came last.`, { class: "quiet" }));
    return this.put(...said);
  }

  where(country) {
    return country ? `in ${country}` : "in all countries";
  }

  residents(listed) {
    const rows = listed.map((each) => make("tr", [
      make("td", [this.link(each.path), make("div", `${each.subject}${each.title ? `, ${each.title}` : ""} · ${each.country}`, { class: "quiet" })]),
      make("td", each.since),
      make("td", each.parked ? "parked" : each.next ? [each.next, make("div", each.next_on, { class: "quiet" })] : "—"),
    ]));
    return make("table", [
      make("thead", make("tr", ["Path", "Since", "Next"].map((head) => make("th", head, { scope: "col" })))),
      make("tbody", rows),
    ]);
  }

  link(path) {
    const button = make("button", path, { type: "button", class: "link" });
    button.addEventListener("click", () => this.follow(path));
    return button;
  }

  /** What a trigger is, and who is held on it. */
  trigger(arrows, stop, country) {
    const all = arrows.map((id) => this.model.arrows.get(id));
    const [first] = all;
    const name = (id) => id === null ? "new" : this.model.states.get(id).name;
    const { counted } = this.model;
    const due = counted && this.model.data.stops[stop].kind === "due";
    const flow = (ids) => figure(this.model.flow(stop, country, ids));
    const said = [make("h2", first.trigger)];
    if (counted) {
      said.push(make("p", [make("span", flow(arrows), { class: "figure" }),
        due ? ` timers ${this.where(country)}, ${this.model.label(stop)}`
          : ` moves ${this.where(country)}, ${this.model.period(stop)}`]));
    }
    said.push(make("ul", all.map((arrow) => make("li",
      `${name(arrow.source)} → ${name(arrow.dest)}${counted ? `: ${flow([arrow.id])}` : ""}`))));
    if (due) said.push(this.notice());
    for (const { roles, reasons } of first.by) {
      said.push(make("p", `by ${roles.join(", ")}${reasons.length ? ` (${reasons.join(", ")})` : ""}`));
    }
    if (first.timers.length) said.push(make("p", `tried at ${first.timers.join(", ")}`));
    if (first.data.length) said.push(make("h3", "Data"), make("p", first.data.join(", ")));
    if (first.guards.length) said.push(make("h3", "Guards"), make("p", first.guards.join(", ")));
    if (first.guards.length && counted) said.push(...this.held(arrows, country));
    this.put(...said);
  }

  held(arrows, country) {
    const found = this.model.heldOn(arrows, country);
    const said = [make("h3", "Who is held here now, and by which guard")];
    if (!found.length) said.push(make("p", "None of the paths that are listed."));
    for (const [guard, those] of found) {
      said.push(make("h3", `${guard}: ${figure(those.length)}`));
      said.push(make("p", `required: ${those[0][1].required}; can be changed by ${those[0][1].changed_by}`, { class: "quiet" }));
      said.push(make("ul", those.map(([resident, held]) => make("li", [
        this.link(resident.path), `: ${held.measured === null ? "not met" : held.measured}${held.earliest ? `, could hold from ${held.earliest}` : ""}`,
      ]))));
    }
    if (found.length) said.push(make("p", "Of the paths that are listed; the others were not asked.", { class: "quiet" }));
    return said;
  }

  /** One path's story, with what was refused and why. */
  story(path, upTo, pick) {
    const resident = this.model.residents.get(path);
    const story = this.model.stories.get(path);
    const scenes = story.map((scene, number) => {
      const button = make("button", `${scene.at}  ${this.model.headline(scene)}`, { type: "button", class: "link" });
      button.addEventListener("click", () => pick(number));
      const told = [button, make("div", `by ${scene.by}`, { class: "quiet" }), ...scene.unmet.map(Details.why)];
      return make("li", told, number === upTo ? { class: "current", "aria-current": "step" } : {});
    });
    const next = resident.parked ? "Parked: a decision on it raised an error."
      : resident.next ? `Next: ${resident.next} on ${resident.next_on}.` : "No timer is pending.";
    this.put(
      make("h2", path),
      make("p", `Subject ${resident.subject}${resident.title ? `, ${resident.title},` : ""} in ${resident.country}, ${this.model.states.get(resident.state).name} since ${resident.since}.`),
      make("p", next),
      make("ol", scenes),
    );
  }

  static why(unmet) {
    const measured = unmet.measured === null ? "" : `: ${unmet.measured}`;
    return make("div", `${unmet.guard} not met${measured} (required: ${unmet.required})`, { class: "unmet" });
  }

  /** Say that a search found nothing. */
  missing(name, why) {
    this.put(make("h2", "Not found"), make("p", `“${name}”: ${why}`));
  }
}
