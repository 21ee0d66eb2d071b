"use strict";

/** How high the smallest text is at least when the picture is opened. Units: pixels. */
const READABLE = 9;

/** How much paper is left above the picture and below it. Units: pixels of the drawing. */
const EDGE = 14;

/** The picture: its figures, what is chosen, and one path's story on it. */
class Drawing {
  constructor(frame, model, choose) {
    this.frame = frame;
    this.shapes = [...frame.querySelectorAll("svg")];
    [this.svg] = this.shapes;
    this.zooms = new Map();
    this.model = model;
    this.groups = [...frame.querySelectorAll(".state, .label")];
    for (const svg of this.shapes) svg.setAttribute("role", "group");
    for (const group of this.groups) {
      group.setAttribute("tabindex", "0");
      group.setAttribute("role", "button");
      group.addEventListener("click", () => this.moved || choose(group));
      group.addEventListener("focus", () => this.moved || this.reveal(group));
      group.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose(group);
      });
    }
    this.watch();
  }

  /**
   * Begin as soon as the picture has a size, and follow its size: a page in a notebook, in a hidden
   * tab or in a frame that is shown later has none when its script runs.
   */
  watch() {
    this.sizes = new Map(this.shapes.map((svg) => [svg, Drawing.crop(svg)]));
    this.chooseShape();
    let before = "";
    const follow = () => {
      const { clientWidth, clientHeight } = this.frame;
      const size = `${clientWidth} ${clientHeight}`;
      if (!this.visible || size === before) return;
      before = size;
      this.chooseShape();
      this.open();
      if (this.told) this.reveal(this.svg.querySelector(".here"));
    };
    new ResizeObserver(follow).observe(this.frame);
    follow(); // a frame out of sight has a size, and no observer is called there
  }

  /** Show the shape of the picture that is read best in the size that there is. */
  chooseShape() {
    const { clientWidth, clientHeight } = this.frame;
    const scale = ({ width, height }) => Math.min(clientWidth / width, clientHeight / height);
    const whole = this.shapes.filter((svg) => scale(this.sizes.get(svg)) >= this.readable());
    const legible = this.shapes.filter((svg) => clientWidth / this.sizes.get(svg).width >= this.readable());
    this.svg = whole[0] || legible[0] || this.shapes[this.shapes.length - 1];
    if (this.frame.firstElementChild !== this.svg || this.frame.children.length > 1) this.frame.replaceChildren(this.svg);
    if (this.visible && !this.zooms.has(this.svg)) this.zooms.set(this.svg, this.pan());
  }

  /** What pans and zooms the shape that is shown. */
  get zoom() {
    return this.zooms.get(this.svg);
  }

  /** Whether the picture has a size, without which nothing can be zoomed. */
  get visible() {
    const { clientWidth, clientHeight } = this.frame;
    return clientWidth > 0 && clientHeight > 0;
  }

  /** Leave title and legend out of the view: the page has both outside the picture. */
  static crop(svg) {
    const place = (name) => svg.querySelector(name).transform.baseVal.consolidate().matrix.f;
    const { x, width } = svg.viewBox.baseVal;
    const top = place(".drawing") - EDGE;
    const height = place(".legend") - EDGE - top;
    svg.querySelector(".legend").remove();
    svg.setAttribute("viewBox", `${x} ${top} ${width} ${height}`);
    svg.style.overflow = "hidden";
    return { width, height };
  }

  /** Let the picture be panned and zoomed; a drag is no click. */
  pan() {
    const zoom = svgPanZoom(this.svg, {
      dblClickZoomEnabled: false, maxZoom: 20, minZoom: 0.3, zoomScaleSensitivity: 0.25,
    });
    let from = null;
    const place = (event) => event.touches ? event.touches[0] : event;
    const down = (event) => {
      from = place(event);
      this.moved = false;
    };
    const move = (event) => {
      const to = place(event);
      if (from && Math.hypot(to.clientX - from.clientX, to.clientY - from.clientY) > 5) this.moved = true;
    };
    for (const [name, act] of [["mousedown", down], ["touchstart", down], ["mousemove", move], ["touchmove", move]]) {
      this.svg.addEventListener(name, act, { passive: true });
    }
    addEventListener("mouseup", () => { from = null; });
    return zoom;
  }

  /** Zoom in or out, or show all. */
  change(how) {
    if (!this.zoom || !this.visible) return;
    if (how === "in") this.zoom.zoomIn();
    else if (how === "out") this.zoom.zoomOut();
    else this.fit();
  }

  /** Show the whole picture, however small. */
  fit() {
    if (this.zoom && this.visible) this.zoom.resize().fit().center();
  }

  /** Show as much as can be read, the way in on top. */
  open() {
    if (!this.zoom || !this.visible) return;
    this.fit();
    const start = this.svg.querySelector(".start");
    const { width, height, realZoom, viewBox } = this.zoom.getSizes();
    const scale = Math.max(Math.min(width / viewBox.width, 1), this.readable());
    if (realZoom >= this.readable()) return;
    const origin = start.parentNode.transform.baseVal.consolidate().matrix;
    this.zoom.zoom(scale / realZoom);
    const middle = (origin.e + start.cx.baseVal.value - viewBox.x) * scale;
    const left = Math.min(0, Math.max(width / 2 - middle, width - viewBox.width * scale));
    const x = viewBox.width * scale > width ? left : (width - viewBox.width * scale) / 2;
    const y = Math.max(0, (height - viewBox.height * scale) / 2);
    this.zoom.pan({ x: x - viewBox.x * scale, y: y - viewBox.y * scale });
  }

  /** The scale at which the smallest text is as high as can be read. */
  readable() {
    const sizes = [...this.svg.querySelectorAll(".drawing text")].map((text) => Number(text.getAttribute("font-size")));
    return READABLE / Math.min(...sizes.filter((size) => size > 0));
  }

  /** Bring a group that is out of sight into the middle. */
  reveal(group) {
    if (!this.zoom || !this.visible) return;
    const frame = this.svg.getBoundingClientRect();
    const at = group.getBoundingClientRect();
    if (at.left >= frame.left && at.right <= frame.right && at.top >= frame.top && at.bottom <= frame.bottom) return;
    this.zoom.panBy({
      x: (frame.left + frame.right - at.left - at.right) / 2,
      y: (frame.top + frame.bottom - at.top - at.bottom) / 2,
    });
  }

  /**
   * Show the figures of a stop, each with a word that says what it counts. What is written in a group
   * is its name for those who hear it, and for those who speak to it.
   */
  show(stop, country, moves) {
    if (!this.model.counted) return;
    const kind = this.model.flowKind(stop, moves);
    const when = this.model.kind(stop) === "past" ? "then" : "now";
    for (const group of this.groups) {
      const state = group.dataset.state;
      if (state) {
        const count = this.model.count(stop, country, state);
        group.querySelector(".count").textContent = `${figure(count)} ${when}`;
      } else {
        const arrows = Drawing.arrowsOf(group);
        const flow = this.model.flow(stop, country, arrows, moves);
        const shown = group.querySelector(".flow");
        shown.classList.toggle("due", kind === "due");
        shown.classList.toggle("foreseen", kind === "foreseen");
        shown.textContent = Drawing.FLOWS[kind](flow);
      }
    }
  }

  /** The elements of every shape that a selector finds; only one shape is in the page. */
  all(selector) {
    return this.shapes.flatMap((svg) => [...svg.querySelectorAll(selector)]);
  }

  /** The groups of the shape that is shown. */
  get shown() {
    return this.groups.filter((group) => this.svg.contains(group));
  }

  /** The group that an address names: a state, or a trigger from one state to another. */
  groupOf({ state, trigger, from, to }) {
    if (state) return this.shown.find((group) => group.dataset.state && this.nameOf(group).state === state);
    if (!trigger) return undefined;
    const name = (id) => id === null ? "" : this.model.states.get(id).name;
    return this.shown.find((group) => group.dataset.arrows && Drawing.arrowsOf(group)
      .map((id) => this.model.arrows.get(id))
      .some((arrow) => arrow.trigger === trigger && (!to || name(arrow.dest) === to)
        && (!from || name(arrow.source) === from)));
  }

  /** What an address calls a group. */
  nameOf(group) {
    const name = (id) => id === null ? "" : this.model.states.get(id).name;
    if (group.dataset.state) return { state: name(group.dataset.state) };
    const arrow = this.model.arrows.get(Drawing.arrowsOf(group)[0]);
    return { trigger: arrow.trigger, from: name(arrow.source), to: name(arrow.dest) };
  }

  static arrowsOf(group) {
    return group.dataset.arrows.split(" ");
  }

  /** Mark what is chosen, and nothing else. */
  choose(group) {
    const key = (each) => each && (each.dataset.state || each.dataset.arrows);
    for (const each of this.groups) each.classList.toggle("chosen", key(each) === key(group));
  }

  /** Draw a story up to a scene; without a story, draw none. */
  tell(story, upTo) {
    const whole = story !== null && upTo === story.length - 1;
    const other = story !== this.told;
    this.told = story;
    if (whole && other) this.open();
    for (const svg of this.shapes) svg.classList.toggle("told", story !== null);
    const scenes = story ? story.slice(0, upTo + 1) : [];
    const taken = new Set(scenes.map((scene) => scene.arrow));
    const visited = new Set(scenes.map((scene) => scene.state));
    const here = scenes.length ? scenes[scenes.length - 1].state : null;
    for (const group of this.all("[data-arrows]")) {
      group.classList.toggle("taken", Drawing.arrowsOf(group).some((id) => taken.has(id)));
    }
    for (const group of this.all("[data-state]")) {
      group.classList.toggle("visited", visited.has(group.dataset.state));
      group.classList.toggle("here", group.dataset.state === here);
      if (group.dataset.state === here && this.svg.contains(group)) this.reveal(group);
    }
  }
}

/** How moves are written next to a trigger, by what is counted. */
Drawing.FLOWS = {
  all: (flow) => `${figure(flow)} in all`,
  period: (flow) => several(flow, "move"),
  due: (flow) => flow ? `due ${figure(flow)}` : "",
  foreseen: (flow) => flow ? `${flow < 10000 ? figure(flow) : `${Math.round(flow / 1000)}k`} foreseen` : "",
};
/** The same in full. */
Drawing.SPOKEN = {
  all: (flow) => `${several(flow, "move")} in all`,
  period: (flow) => `${several(flow, "move")} in the period`,
  due: (flow) => `${several(flow, "timer")} due`,
  foreseen: (flow) => `${several(flow, "move")} foreseen`,
};
