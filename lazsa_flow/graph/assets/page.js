"use strict";

/** The page: what is looked at, and what changes it. */
class Page {
  constructor(model) {
    this.model = model;
    this.stop = model.now;
    this.country = "";
    this.again = () => this.details.welcome(this.stop, this.country);
    this.details = new Details(document.getElementById("details"), model, (path) => this.tell(path));
    const svg = document.querySelector("#drawing > svg");
    this.drawing = new Drawing(svg, model, (group) => this.choose(group));
    this.time = document.getElementById("time");
    document.body.classList.toggle("bare", !model.counted);
    this.listen();
    this.fill();
    this.render();
    this.drawing.open();
  }

  /** Fill in what depends on the data. */
  fill() {
    const { data } = this.model;
    const country = document.getElementById("country");
    for (const code of data.countries) country.append(make("option", code, { value: code }));
    this.names();
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    document.getElementById("theme").setAttribute("aria-pressed", String(dark));
    this.time.max = data.stops.length - 1;
    this.time.value = this.stop;
  }

  names() {
    const names = [...this.model.residents.values()].flatMap((each) => [each.path, each.subject]);
    document.getElementById("names").replaceChildren(...[...new Set(names)].map((name) => make("option", [], { value: name })));
  }

  listen() {
    const on = (id, event, act) => document.getElementById(id).addEventListener(event, act);
    on("time", "input", () => this.go(Number(this.time.value)));
    on("earlier", "click", () => this.go(this.stop - 1));
    on("later", "click", () => this.go(this.stop + 1));
    on("country", "change", (event) => {
      this.country = event.target.value;
      this.render();
    });
    on("search", "submit", (event) => {
      event.preventDefault();
      this.find(document.getElementById("name").value);
    });
    on("theme", "click", (event) => this.theme(event.target));
    for (const button of document.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => {
        const { zoom } = this.drawing;
        ({ in: () => zoom.zoomIn(), out: () => zoom.zoomOut(), fit: () => this.drawing.fit() })[button.dataset.zoom]();
      });
    }
    addEventListener("hashchange", () => this.findAsked());
    addEventListener("keydown", (event) => event.key === "Escape" && this.leave());
  }

  theme(button) {
    const dark = button.getAttribute("aria-pressed") !== "true";
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    button.setAttribute("aria-pressed", String(dark));
  }

  go(stop) {
    this.stop = Math.max(0, Math.min(stop, this.model.data.stops.length - 1));
    this.time.value = this.stop;
    this.render();
  }

  render() {
    if (this.model.counted) {
      const label = this.model.label(this.stop);
      document.getElementById("when").textContent = label;
      this.time.setAttribute("aria-valuetext", label);
    }
    this.drawing.show(this.stop, this.country);
    this.again();
  }

  choose(group) {
    this.drawing.tell(null);
    this.drawing.choose(group);
    this.again = group.dataset.state
      ? () => this.details.state(group.dataset.state, this.stop, this.country)
      : () => this.details.trigger(Drawing.arrowsOf(group), this.stop, this.country);
    this.again();
  }

  leave() {
    this.drawing.tell(null);
    this.drawing.choose(null);
    this.again = () => this.details.welcome(this.stop, this.country);
    this.again();
  }

  /** Tell the path that the address asks for, as in ``#invoice-17``. */
  findAsked() {
    const name = decodeURIComponent(location.hash.slice(1));
    if (name && !document.getElementById(name)) this.find(name);
  }

  async find(name) {
    if (!name.trim()) return this.leave();
    let paths = this.model.pathsOf(name);
    if (!paths.length) paths = await Live.find(this.model, name);
    if (paths.length) return this.tell(paths[paths.length - 1]);
    this.drawing.tell(null);
    return this.details.missing(name, Live.on
      ? "no such path of this lifecycle, nor a subject with one."
      : "not among the stories in this file. Make one with --path, or ask lazsa-flow view.");
  }

  /** Tell a path's story: all of it at first, then up to the scene that is picked. */
  tell(path, upTo = this.model.stories.get(path).length - 1) {
    this.drawing.choose(null);
    this.drawing.tell(this.model.stories.get(path), upTo);
    this.again = () => this.details.story(path, upTo, (scene) => {
      this.tell(path, scene);
      document.querySelector("#details li.current > button").focus();
    });
    this.again();
  }
}

/** A page that a server keeps up to date; one from a file never asks anybody. */
const Live = {
  on: document.body.hasAttribute("data-live"),

  async get(what) {
    const answer = await fetch(`${document.body.dataset.live}/${what}`);
    return answer.ok ? answer.json() : null;
  },

  /** Ask the server for a path that was not sent along. */
  async find(model, name) {
    const found = Live.on && await Live.get(`story.json?name=${encodeURIComponent(name.trim())}`);
    if (!found) return [];
    for (const { resident, story } of found) model.learn(resident, story);
    return found.map(({ resident }) => resident.path);
  },

  /** Take new figures in every few seconds, leaving what is looked at as it is. */
  async follow(page) {
    const data = await Live.get("picture.json").catch(() => null);
    if (data) {
      const wasNow = page.stop === page.model.now;
      const learnt = [...page.model.stories].map(([path, story]) => [page.model.residents.get(path), story]);
      Object.assign(page.model, new Model(data));
      for (const [resident, story] of learnt) {
        if (!page.model.stories.has(resident.path)) page.model.learn(resident, story);
      }
      page.time.max = data.stops.length - 1;
      page.names();
      page.go(wasNow ? page.model.now : page.stop);
    }
    setTimeout(() => Live.follow(page), Number(document.body.dataset.everyMs));
  },
};

const page = new Page(new Model(JSON.parse(document.getElementById("data").textContent)));
page.findAsked();
document.documentElement.dataset.ready = "yes";
if (Live.on) setTimeout(() => Live.follow(page), Number(document.body.dataset.everyMs));
