"use strict";

/** The smallest scale at which the picture is opened: its small print is then 7 pixels high. */
const READABLE = 0.66;

/** The picture: its figures, what is chosen, and one path's story on it. */
class Drawing {
  constructor(svg, model, choose) {
    this.svg = svg;
    this.model = model;
    this.groups = [...svg.querySelectorAll(".state, .label")];
    svg.setAttribute("role", "group");
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
    this.pan();
  }

  /** Let the picture be panned and zoomed; a drag is no click. */
  pan() {
    this.svg.style.overflow = "hidden";
    this.zoom = svgPanZoom(this.svg, {
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
    addEventListener("resize", () => this.open());
  }

  /** Show the whole picture, however small. */
  fit() {
    this.zoom.resize().fit().center();
  }

  /** Show as much as can be read, the way in on top. */
  open() {
    this.fit();
    const start = this.svg.querySelector(".start");
    const { width, height, realZoom, viewBox } = this.zoom.getSizes();
    const scale = Math.max(Math.min(width / viewBox.width, 1), READABLE);
    if (viewBox.height * scale <= height) return;
    const origin = start.parentNode.transform.baseVal.consolidate().matrix;
    this.zoom.zoom(scale / realZoom);
    const middle = (origin.e + start.cx.baseVal.value) * scale;
    const left = Math.min(0, Math.max(width / 2 - middle, width - viewBox.width * scale));
    const x = viewBox.width * scale > width ? left : (width - viewBox.width * scale) / 2;
    this.zoom.pan({ x, y: 12 - origin.f * scale });
  }

  /** Bring a group that is out of sight into the middle. */
  reveal(group) {
    const frame = this.svg.getBoundingClientRect();
    const at = group.getBoundingClientRect();
    if (at.left >= frame.left && at.right <= frame.right && at.top >= frame.top && at.bottom <= frame.bottom) return;
    this.zoom.panBy({
      x: (frame.left + frame.right - at.left - at.right) / 2,
      y: (frame.top + frame.bottom - at.top - at.bottom) / 2,
    });
  }

  /** Show the figures of a stop. */
  show(stop, country) {
    if (!this.model.counted) return;
    const kind = this.model.data.stops[stop].kind;
    for (const group of this.groups) {
      const state = group.dataset.state;
      if (state) {
        const count = this.model.count(stop, country, state);
        group.querySelector(".count").textContent = figure(count);
        group.setAttribute("aria-label", `${this.model.states.get(state).name}: ${figure(count)} paths`);
      } else {
        const arrows = Drawing.arrowsOf(group);
        const flow = this.model.flow(stop, country, arrows);
        const shown = group.querySelector(".flow");
        shown.classList.toggle("due", kind === "due");
        shown.textContent = kind === "due" ? (flow ? `due ${figure(flow)}` : "") : figure(flow);
        const what = kind === "due" ? "timers due" : "moves";
        group.setAttribute("aria-label", `${this.model.arrows.get(arrows[0]).trigger}: ${figure(flow)} ${what}`);
      }
    }
  }

  static arrowsOf(group) {
    return group.dataset.arrows.split(" ");
  }

  /** Mark what is chosen, and nothing else. */
  choose(group) {
    for (const each of this.groups) each.classList.toggle("chosen", each === group);
  }

  /** Draw a story up to a scene; without a story, draw none. */
  tell(story, upTo) {
    const whole = story !== null && upTo === story.length - 1;
    if (whole) this.fit();
    this.svg.classList.toggle("told", story !== null);
    const scenes = story ? story.slice(0, upTo + 1) : [];
    const taken = new Set(scenes.map((scene) => scene.arrow));
    const visited = new Set(scenes.map((scene) => scene.state));
    const here = scenes.length ? scenes[scenes.length - 1].state : null;
    for (const group of this.svg.querySelectorAll("[data-arrows]")) {
      group.classList.toggle("taken", Drawing.arrowsOf(group).some((id) => taken.has(id)));
    }
    for (const group of this.svg.querySelectorAll("[data-state]")) {
      group.classList.toggle("visited", visited.has(group.dataset.state));
      group.classList.toggle("here", group.dataset.state === here);
      if (group.dataset.state === here && !whole) this.reveal(group);
    }
  }
}
