"use strict";

/** The lists at the side: who is in a state, and who is held on a trigger by which guard. */
class Lists {
  /** So many are told in a line each, without search or pages. */
  static FEW = 5;

  constructor(details, changed) {
    this.details = details;
    this.changed = changed;
    this.kept = new Map();
    this.sources = new Map();
    this.opened = new Map();
  }

  get model() {
    return this.details.model;
  }

  /** Where the paths in some states come from; what was read is read again when figures change. */
  source(states, country) {
    const key = JSON.stringify([states, country]);
    if (!this.sources.has(key)) this.sources.set(key, new PathSource(this.model, states, country, this.changed));
    const source = this.sources.get(key);
    if (Live.on && source.seen !== source.total) {
      source.seen = source.total;
      if (source.total > source.rows.length || source.read) Object.assign(source, { read: null, after: null }).next();
    }
    return source;
  }

  /** A list that keeps its search, its order and its page while others are looked at. */
  list(name, columns) {
    if (!this.kept.has(name)) this.kept.set(name, new PathList(name, columns, this.changed));
    return this.kept.get(name);
  }

  /** Everybody in a state. */
  inState(id, country) {
    const source = this.source([id], country);
    const { name } = this.model.states.get(id);
    const list = this.list(`${name}${country ? ` in ${country}` : ""}`, this.columns());
    return list.show(source.rows, { ...this.around(source), filters: this.filters(source.rows) });
  }

  /** What is said around a list that may not be whole. */
  around(source) {
    const { lifecycle } = this.model.data;
    return {
      total: source.total,
      more: source.more ? () => source.next() : null,
      csv: Live.on && `${document.body.dataset.live}/paths.csv?${source.query({})}`,
      note: Live.on ? "" : `All of them: lazsa-flow list --lifecycle ${lifecycle}`,
    };
  }

  columns() {
    const { model } = this;
    return [
      ...this.names(),
      { key: "since", title: "Since", value: ({ since }) => since, cell: ({ since }) => make("span", since, { class: "date" }) },
      { key: "next", title: "Next", value: (row) => row.parked ? "parked" : row.next_at || "", cell: (row) => Lists.next(model, row) },
    ];
  }

  /** The columns that say who it is: one at the side, four in a file. */
  names() {
    return [
      { key: "path", title: "Path", value: ({ path }) => path, cell: (row) => this.who(row) },
      ...["subject", "title", "country"].map((key) => (
        { key, title: key[0].toUpperCase() + key.slice(1), value: (row) => row[key] || "" })),
    ];
  }

  who({ path, subject, title, country }) {
    return [this.details.link(path), make("div", `${subject}${title ? `, ${title}` : ""} · ${country}`, { class: "quiet" })];
  }

  static next(model, row) {
    if (row.parked) return "parked";
    if (!row.next) return "—";
    const late = Lists.late(model, row) ? [make("span", "overdue", { class: "late" }), " "] : [];
    return [model.timerTitle(row.next), make("div", [...late, localTime(row.next_at, model.data.zones[row.country])], { class: "quiet" })];
  }

  static late(model, { next_at: at }) {
    return at !== null && Date.parse(at) < Date.parse(model.data.asked_at);
  }

  /** What a list of a state can be narrowed to, each only where somebody is left. */
  filters(rows) {
    const guards = [...new Set(rows.flatMap(({ held }) => held.map(({ guard }) => guard)))];
    return [
      ["parked", "parked", ({ parked }) => parked],
      ["overdue", "overdue", (row) => Lists.late(this.model, row)],
      ["none", "no timer", ({ next }) => !next],
      ...guards.map((guard) => [`held ${guard}`, `held: ${this.model.guardTitle(guard)}`,
        ({ held }) => held.some((each) => each.guard === guard)]),
    ].filter(([, , passes]) => rows.some(passes) && !rows.every(passes));
  }

  /** Who is held on some arrows now: a part for each of their guards, which opens. */
  heldOn(arrows, country) {
    const all = arrows.map((id) => this.model.arrows.get(id));
    const states = [...new Set(all.map(({ source }) => source))].filter((id) => id !== null);
    const guards = [...new Set(all.flatMap((arrow) => arrow.guards))];
    if (!states.length) return [make("ul", guards.map((name) => make("li", this.model.guardTitle(name))))];
    const source = this.source(states, country);
    const held = new Map(guards.map((guard) => [guard, source.rows.flatMap((row) => row.held
      .filter((each) => each.guard === guard && arrows.includes(each.arrow)).slice(0, 1)
      .map((found) => ({ ...row, found })))]));
    const most = [...held].sort(([, some], [, others]) => others.length - some.length);
    return [
      make("h3", "Who is held here now, and by which guard"),
      make("p", `${several(guards.length, "guard")}; of ${several(source.rows.length, "path")} in ${states.map((id) => this.model.stateTitle(id)).join(", ")}.`, { class: "quiet" }),
      ...most.map(([guard, rows]) => this.guard(guard, rows, source, arrows)),
      ...(source.more ? [this.readOn(source)] : []),
    ];
  }

  readOn(source) {
    const button = make("button", `Ask the guards of more: ${figure(source.total)} in all`, { id: "ask-more", type: "button" });
    button.addEventListener("click", () => source.next());
    return button;
  }

  /** One guard: how many it holds, what it requires, and who they are. */
  guard(guard, rows, source, arrows) {
    const count = make("span", rows.length ? figure(rows.length) : "nobody", rows.length ? { class: "held" } : {});
    const told = rows.length ? this.heldBy(rows, `held by ${guard} on ${arrows.join(" ")}`) : [make("p", "Holds nobody here.", { class: "quiet" })];
    const part = make("details", [make("summary", [`${this.model.guardTitle(guard)}: `, count]), ...told]);
    const key = `${guard} ${arrows.join(" ")}`;
    part.open = this.opened.get(key) ?? (rows.length > 0 && rows.length <= Lists.FEW);
    part.addEventListener("toggle", () => this.opened.set(key, part.open));
    return part;
  }

  heldBy(rows, name) {
    const [{ found }] = rows;
    const what = make("p", `required: ${found.required}; can be changed by ${found.changed_by}`, { class: "quiet" });
    if (rows.length > Lists.FEW) {
      return [what, this.list(name, this.heldColumns()).show(rows, { total: rows.length, filters: [] })];
    }
    const measured = ({ found: { measured, earliest } }) => `: ${measured ?? "not met"}${earliest ? `, could hold from ${earliest}` : ""}`;
    return [what, make("ul", rows.map((row) => make("li", [this.details.link(row.path), measured(row)])))];
  }

  heldColumns() {
    return [
      ...this.names(),
      { key: "measured", title: "Measured", value: ({ found }) => found.measured ?? "not met", cell: ({ found }) => found.measured ?? "not met" },
      { key: "earliest", title: "Could hold from", value: ({ found }) => found.earliest || "", cell: ({ found }) => found.earliest || "—" },
    ];
  }
}
