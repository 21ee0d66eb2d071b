"use strict";

/** The page: what is looked at, and what changes it. */
class Page {
  constructor(model) {
    this.model = model;
    this.view = { stop: model.now, country: "", moves: "" };
    this.details = new Details(document.getElementById("details"), model, (path) => this.tell(path), () => this.render());
    this.drawing = new Drawing(document.getElementById("drawing"), model, (group) => this.choose(group));
    this.time = document.getElementById("time");
    document.body.classList.toggle("bare", !model.counted);
    this.listen();
    this.fill();
    this.render();
  }

  /** Fill in what depends on the data. */
  fill() {
    const { data } = this.model;
    const country = document.getElementById("country");
    for (const code of data.countries) country.append(make("option", code, { value: code }));
    this.names();
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    document.getElementById("theme").setAttribute("aria-pressed", String(dark));
    this.time.max = Math.max(0, data.stops.length - 1);
  }

  names() {
    const names = [...this.model.residents.values()].flatMap((each) => [each.path, each.subject]);
    document.getElementById("names").replaceChildren(...[...new Set(names)].map((name) => make("option", [], { value: name })));
  }

  listen() {
    const on = (id, event, act) => document.getElementById(id).addEventListener(event, act);
    on("time", "input", () => this.go(Number(this.time.value)));
    on("earlier", "click", () => this.go(this.view.stop - 1));
    on("later", "click", () => this.go(this.view.stop + 1));
    on("country", "change", (event) => this.change({ country: event.target.value }));
    on("moves", "change", (event) => this.change({ moves: event.target.value }, true));
    const search = (event) => {
      event.preventDefault(); // a sandboxed frame may submit no form
      this.find(document.getElementById("name").value);
    };
    on("search", "submit", search);
    on("tell", "click", search);
    on("name", "keydown", (event) => event.key === "Enter" && search(event));
    on("theme", "click", (event) => this.theme(event.target));
    for (const button of document.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => this.drawing.change(button.dataset.zoom));
    }
    document.querySelector(".skip").addEventListener("click", (event) => {
      event.preventDefault(); // a frame may have an address that its links cannot name
      document.getElementById("details").focus();
    });
    for (const event of ["hashchange", "popstate"]) addEventListener(event, () => this.open(Address.read()));
    addEventListener("keydown", (event) => event.key === "Escape" && this.leave());
  }

  theme(button) {
    const dark = button.getAttribute("aria-pressed") !== "true";
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    button.setAttribute("aria-pressed", String(dark));
  }

  /** Take new figures in, leaving what is looked at as it is. */
  renew(model) {
    const { stop } = this.view;
    const on = stop === this.model.foreseen ? "foreseen" : this.model.data.stops[stop].on;
    this.view.stop = stop === this.model.now ? model.now : model.stopOf(on);
    Object.assign(this.model, model);
    this.time.max = model.data.stops.length - 1;
    this.names();
    this.render();
  }

  go(stop) {
    this.change({ stop: Math.max(0, Math.min(stop, this.model.data.stops.length - 1)) }, true);
  }

  /** Look at something else; a small change takes the place of the view before in the history. */
  change(fields, replace = false) {
    Object.assign(this.view, fields);
    this.render();
    Address.write(this.fields(), replace);
  }

  /** What the address says of the view. */
  fields() {
    const { path, scene, group, stop, country, moves } = this.view;
    const named = () => stop === this.model.foreseen ? "foreseen" : this.model.data.stops[stop].on;
    const time = this.model.counted && stop !== this.model.now ? named() : "";
    const shown = path ? { path, scene: scene === undefined ? "" : String(scene + 1) } : group ? this.drawing.nameOf(group) : {};
    return { ...shown, country, time, moves };
  }

  /** Open a view that an address names. */
  async open(asked) {
    const { model } = this;
    const known = model.counted && model.data.countries.includes(asked.country);
    this.view.country = known ? asked.country : "";
    this.view.stop = model.counted && asked.time ? model.stopOf(asked.time) : model.now;
    this.view.moves = ["all", "period"].includes(asked.moves) ? asked.moves : "";
    Object.assign(this.view, { path: "", scene: undefined, group: null, missing: "" });
    if (asked.path) return this.find(asked.path, Number(asked.scene) || 0, true);
    this.view.group = this.drawing.groupOf(asked) || null;
    return this.render();
  }

  render() {
    const { stop, country, moves, path, group, missing } = this.view;
    if (this.model.counted) this.controls();
    this.drawing.show(stop, country, moves);
    this.drawing.choose(group || null);
    const story = path ? this.model.stories.get(path) || null : null;
    this.drawing.tell(story, this.scene());
    if (missing) this.details.missing(missing);
    else if (path) this.details.story.tell(path, this.scene(), (scene) => this.pick(scene));
    else if (!group) this.details.welcome(this.view);
    else if (group.dataset.state) this.details.state(group.dataset.state, this.view);
    else this.details.trigger(Drawing.arrowsOf(group), this.view);
  }

  /** Show in the controls what is looked at. */
  controls() {
    const { stop, country, moves } = this.view;
    const label = this.model.label(stop, country);
    document.getElementById("when").textContent = label;
    this.time.value = stop;
    this.time.setAttribute("aria-valuetext", label);
    document.getElementById("country").value = country;
    const select = document.getElementById("moves");
    const kind = this.model.flowKind(stop, moves);
    const coming = kind === "due" || kind === "foreseen";
    select.disabled = coming;
    select.value = coming ? "all" : kind;
  }

  /** The number of the scene up to which a story is told: the last, or the one picked. */
  scene() {
    const last = (this.model.stories.get(this.view.path) || []).length - 1;
    return this.view.scene === undefined ? last : Math.min(this.view.scene, last);
  }

  choose(group) {
    this.change({ group, path: "", scene: undefined, missing: "" });
  }

  leave() {
    this.change({ group: null, path: "", scene: undefined, missing: "" });
  }

  /** Tell the story of a path, or of the current path of a subject. */
  async find(name, scene = 0, replace = false) {
    if (!name.trim()) return this.leave();
    let paths = this.model.pathsOf(name);
    if (Live.on) {
      await Live.find(this.model, name);
      paths = this.model.pathsOf(name);
    }
    if (!paths.length) return this.change({ group: null, path: "", missing: name }, replace);
    this.change({ group: null, path: paths[0], scene: scene ? scene - 1 : undefined, missing: "" }, replace);
    return this.names();
  }

  /** Tell a listed path's story; a server is asked for what was not sent along. */
  async tell(path) {
    if (Live.on) await Live.find(this.model, path);
    this.change({ group: null, path, scene: undefined, missing: "" });
  }

  pick(scene) {
    this.change({ scene }, true);
    document.querySelector("#details li.current > button").focus();
  }
}

const page = new Page(new Model(JSON.parse(document.getElementById("data").textContent)));
if (!location.hash && page.model.data.opens_on) page.find(page.model.data.opens_on, 0, true);
else page.open(Address.read());
document.documentElement.dataset.ready = "yes";
if (Live.on) setTimeout(() => Live.follow(page), Number(document.body.dataset.everyMs));
