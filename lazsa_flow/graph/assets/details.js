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
  constructor(element, model, follow, again) {
    this.element = element;
    this.model = model;
    this.follow = follow;
    this.again = again;
    this.story = new Story(this);
    this.lists = new Lists(this, () => this.again());
  }

  /** Tell something; the same again leaves focus and scroll position alone. */
  put(...elements) {
    const told = make("div", elements);
    if (told.innerHTML === this.told) return;
    const title = told.querySelector("h2").textContent;
    const focus = this.element.contains(document.activeElement) ? document.activeElement : null;
    this.told = told.innerHTML;
    this.element.replaceChildren(told);
    if (title !== this.title) this.element.scrollTop = 0;
    this.title = title;
    if (focus && focus.id) Details.refocus(focus);
  }

  /** Give the focus back to what was shown again, with the caret where it was. */
  static refocus(before) {
    const after = document.getElementById(before.id);
    if (!after) return;
    after.focus();
    if (before.type === "search") after.setSelectionRange(before.selectionStart, before.selectionEnd);
  }

  /** What the picture is, before anything is chosen. */
  welcome({ stop, country, moves }) {
    const { data } = this.model;
    const said = [
      make("h2", data.title),
      make("p", "Choose a state: who is there, since when, and what comes next. Choose a trigger: who is held there, and by which guard. Search for a path or a subject: its story.", { class: "quiet" }),
    ];
    if (!this.model.counted) return this.put(...said.slice(0, 1), make("p", "Choose a state or a trigger.", { class: "quiet" }));
    if (this.model.kind(stop) === "due") said.push(...this.coming(stop, country));
    else if (this.model.kind(stop) === "past" || this.model.kind(stop) === "now") {
      said.push(make("p", `Paths in each state: ${this.model.label(stop, country)}.`));
      said.push(make("p", `Moves along each arrow: ${this.model.period(stop, moves)}.`));
    }
    if (this.model.foreseen >= 0 && ["now", "foreseen"].includes(this.model.kind(stop))) said.push(...this.foreseen(country));
    return this.put(...said);
  }

  /** What is foreseen next to what was, trigger by trigger. */
  foreseen(country) {
    const { on } = this.model.data.foreseen;
    const lately = this.model.period(this.model.last, "period");
    const head = make("tr", ["Move", `Past: ${lately}`, `Foreseen for ${on}`].map((each) => make("th", each, { scope: "col" })));
    const rows = this.model.compare(country).map(([arrow, past, foreseen]) => make("tr", [
      make("th", `${this.model.triggerTitle(arrow)}: ${this.model.stateTitle(arrow.source)} → ${this.model.stateTitle(arrow.dest)}`, { scope: "row" }),
      make("td", figure(past)), make("td", `${figure(foreseen)} foreseen`, { class: "foreseen" }),
    ]));
    const besides = this.model.besides(country).map(([words, times]) => make("li", `${words}: ${figure(times)} foreseen`));
    return [make("h3", `Foreseen for ${on}, ${this.where(country)}`), this.foretold(),
      rows.length ? make("table", [make("thead", head), make("tbody", rows)], { class: "compared" }) : make("p", "No moves."),
      ...(besides.length ? [make("ul", besides)] : [])];
  }

  /** By which rehearsal something is foreseen, and what may be against it. */
  foretold() {
    return make("p", [make("span", "foreseen", { class: "badge" }), ` ${this.model.warnings().join(" ")} States are as now.`]);
  }

  /** Which timers fall due until a coming stop. */
  coming(stop, country) {
    const timers = this.model.due(stop, country).map(([name, times]) => make("li", `${this.model.timerTitle(name)}: ${figure(times)}`));
    return [make("h3", `Due ${this.where(country)} until ${this.model.data.stops[stop].on}`),
      timers.length ? make("ul", timers) : make("p", "Nothing."), this.notice()];
  }

  notice() {
    return make("p", [make("span", "due", { class: "badge" }), " States are as now; next to a trigger, how many pending timers will try it. Nothing here is a forecast."]);
  }

  /** A title over the code name, where they differ. */
  heading(title, name) {
    return [make("h2", title), ...(title === name ? [] : [make("p", make("code", name), { class: "quiet code" })])];
  }

  /** Who is in a state. */
  state(id, { stop, country }) {
    const state = this.model.states.get(id);
    const meaning = make("p", state.meaning.replace("_", " "), { class: "quiet" });
    const head = this.heading(this.model.stateTitle(id), state.name);
    if (!this.model.counted) return this.put(...head, meaning);
    const due = this.model.kind(stop) === "due";
    const foreseen = stop === this.model.foreseen;
    const at = due || foreseen ? this.model.now : stop;
    const count = this.model.count(stop, country, id);
    const said = [
      ...head,
      make("p", [make("span", figure(count), { class: "figure" }), ` ${count === 1 ? "path" : "paths"} ${this.where(country)}, ${this.model.label(at, country)}`]),
      meaning,
    ];
    if (due) said.push(this.notice());
    if (foreseen) said.push(this.foretold());
    said.push(make("h3", stop === this.model.now ? "Who is here" : "Who is here now"));
    said.push(this.lists.inState(id, country));
    return this.put(...said);
  }

  where(country) {
    return country ? `in ${country}` : "in all countries";
  }

  link(path) {
    const button = make("button", path, { type: "button", class: "link" });
    button.addEventListener("click", () => this.follow(path));
    return button;
  }

  /** What a trigger is, and who is held on it. */
  trigger(arrows, { stop, country, moves }) {
    const all = arrows.map((id) => this.model.arrows.get(id));
    const { counted } = this.model;
    const kind = counted ? this.model.flowKind(stop, moves) : "";
    const flow = (ids) => this.model.flow(stop, country, ids, moves);
    const said = [];
    for (const parts of Details.alike(all)) {
      const [first] = parts;
      said.push(...this.heading(this.model.triggerTitle(first), first.trigger));
      if (counted && kind !== "foreseen") said.push(this.moved(flow(parts.map(({ id }) => id)), kind, stop, country, moves));
      said.push(make("ul", parts.map((arrow) => make("li", [
        `${this.model.stateTitle(arrow.source)} → ${this.model.stateTitle(arrow.dest)}`,
        counted && kind !== "foreseen" ? `: ${Drawing.SPOKEN[kind](flow([arrow.id]))}` : "",
      ]))));
      for (const { roles, reasons } of first.by) {
        said.push(make("p", `by ${this.model.words(roles)}${reasons.length ? ` (${this.model.words(reasons)})` : ""}`));
      }
      if (first.timers.length) said.push(make("p", `tried at ${first.timers.map((name) => this.model.timerTitle(name)).join(", ")}`));
      if (first.data.length) said.push(make("h3", "Data"), make("p", first.data.join(", ")));
      if (first.guards.length && !counted) {
        said.push(make("h3", several(first.guards.length, "guard")));
        said.push(make("ul", first.guards.map((name) => make("li", this.model.guardTitle(name)))));
      }
    }
    if (kind === "due") said.push(this.notice());
    if (counted && this.model.foreseen >= 0) said.push(...this.expected(arrows, country));
    if (counted && all.some(({ guards }) => guards.length)) said.push(...this.lists.heldOn(arrows, country));
    this.put(...said);
  }

  /** What is foreseen along arrows, next to what was lately; nothing where nobody is foreseen to go. */
  expected(arrows, country) {
    const foreseen = this.model.flow(this.model.foreseen, country, arrows);
    const past = this.model.latest(country, arrows);
    return [make("h3", "Foreseen next to the past"), make("ul", [
      make("li", `${several(past, "move")} ${this.where(country)}, ${this.model.period(this.model.last, "period")}`),
      make("li", `${several(foreseen, "move")} foreseen for ${this.model.data.foreseen.on}`, { class: "foreseen" }),
    ]), this.foretold()];
  }

  /** Arrows that are one to a reader: identical in all but the state they leave. */
  static alike(arrows) {
    const groups = new Map();
    for (const arrow of arrows) {
      const key = JSON.stringify([arrow.trigger, arrow.dest, arrow.by, arrow.guards, arrow.timers, arrow.data]);
      groups.set(key, [...(groups.get(key) || []), arrow]);
    }
    return groups.values();
  }

  /** How often, with the unit and the time that it is of. */
  moved(flow, kind, stop, country, moves) {
    const what = `${kind === "due" ? "timer" : "move"}${flow === 1 ? "" : "s"}`;
    const time = kind === "due" ? this.model.label(stop, country) : this.model.period(stop, moves);
    return make("p", [make("span", figure(flow), { class: "figure" }),
      ` ${what} ${this.where(country)}, ${kind === "all" ? "in all " : ""}${time}`]);
  }

  /** Say that a search found nothing. */
  missing(name) {
    const why = Live.on ? "no such path of this lifecycle, nor a subject with one."
      : "not among the paths in this file. Make one with --path, or ask lazsa-flow view.";
    this.put(make("h2", "Not found"), make("p", `“${name}”: ${why}`));
  }
}
