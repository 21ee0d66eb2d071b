"use strict";

/** One path's story at the side. */
class Story {
  constructor(details) {
    this.details = details;
    this.opened = new Map();
  }

  /** One path's story, with what was refused and why; then the subject's other paths. */
  tell(path, upTo, pick) {
    const resident = this.details.model.residents.get(path);
    const story = this.details.model.stories.get(path);
    const scenes = (story || []).map((scene, number) => {
      const button = make("button", `${scene.at}  ${this.details.model.headline(scene)}`, { type: "button", class: "link" });
      button.addEventListener("click", () => pick(number));
      const told = [button, make("div", `by ${scene.by}`, { class: "quiet" }), ...scene.unmet.map((unmet) => this.why(unmet))];
      return make("li", told, number === upTo ? { class: "current", "aria-current": "step" } : {});
    });
    const title = resident.title ? `, ${resident.title},` : "";
    this.details.put(
      make("h2", path),
      make("p", `Subject ${resident.subject}${title} in ${resident.country}, ${this.details.model.stateTitle(resident.state)} since ${resident.since}.`),
      make("p", this.next(resident)),
      ...this.coming(path),
      story ? make("ol", scenes) : make("p", `Its story is not in this file. Make one with it: lazsa-flow graph ${this.details.model.data.lifecycle} --format html --path ${path}`),
      ...this.evidence(path),
      ...this.notices(path),
      ...this.others(resident),
    );
  }

  /** What comes next on a path, and when. */
  next(resident) {
    if (resident.parked) return "Parked: a decision on it raised an error.";
    if (!resident.next) return "No timer is pending.";
    const late = Date.parse(resident.next_at) < Date.parse(this.details.model.data.asked_at) ? ", overdue" : "";
    const at = localTime(resident.next_at, this.details.model.data.zones[resident.country]);
    return `Next: ${this.details.model.timerTitle(resident.next)} at ${at}${late}.`;
  }

  /** What each pending timer will try, in order, and what would become of it. */
  coming(path) {
    const { coming } = this.about(path);
    if (!coming.length) return [];
    return [this.part("What comes next", coming.length, make("ul", coming.map(({ timer, at, steps }) => make("li", [
      `${this.details.model.timerTitle(timer)} at ${at}`,
      steps.length ? make("ul", steps.map((step) => make("li",
        `${this.details.model.triggerNamed(step.trigger, step.reason)}: ${this.prospect(step)}`))) : ": a reminder",
    ]))), true)];
  }

  /** What would become of a step on the present evidence. */
  prospect({ outcome, before, unmet }) {
    const { model } = this.details;
    if (outcome === "fires") return "would fire now";
    if (outcome === "not_met") return `would not fire: ${unmet.map((name) => model.guardTitle(name)).join(", ")} not met`;
    if (outcome === "otherwise") return "otherwise";
    const names = [...new Set(before)].map((name) => model.triggerNamed(name));
    return `only if none before it fires: ${names.join(", ")}`;
  }

  /** What the guards of the present state's exits see now. */
  evidence(path) {
    const { evidence } = this.about(path);
    if (!evidence.length) return [];
    const rows = evidence.map(({ guard, held, measured, required, source }) => make("tr", [
      make("td", [make("span", held ? "✓ holds" : "✗ does not hold", { class: held ? "holds" : "late" }), make("div", this.details.model.guardTitle(guard))]),
      make("td", measured ?? "—"),
      make("td", [required, make("div", source, { class: "quiet" })]),
    ]));
    const head = make("thead", make("tr", ["Guard", "Measured", "Required, and by what"].map((title) => make("th", title, { scope: "col" }))));
    return [this.part("What the guards see now", evidence.length, make("table", [head, make("tbody", rows)]))];
  }

  /** Which notices were sent, and which wait. */
  notices(path) {
    const { notices } = this.about(path);
    if (!this.details.model.details.has(path)) return [];
    const how = ({ channel, parked }) => channel ? `sent by ${channel}` : parked ? "parked" : "waits, tried next then";
    return [this.part("Notices", notices.length, notices.length
      ? make("ul", notices.map((notice) => make("li", [`${notice.at}  `, make("code", notice.kind), ` to ${notice.to}: ${how(notice)}`])))
      : make("p", "None.", { class: "quiet" }))];
  }

  about(path) {
    return this.details.model.details.get(path) || { coming: [], evidence: [], notices: [] };
  }

  /** A part that opens; it stays as the reader left it. */
  part(title, number, holds, open = false) {
    const part = make("details", [make("summary", [`${title}: `, make("span", figure(number), { class: "held" })]), holds]);
    part.open = this.opened.get(title) ?? open;
    part.addEventListener("toggle", () => this.opened.set(title, part.open));
    return part;
  }

  others(resident) {
    const others = this.details.model.ofSubject(resident.subject).filter(({ path }) => path !== resident.path);
    if (!others.length) return [];
    return [make("h3", `Other paths of ${resident.subject}`), make("ul", others.map((each) => make("li", [
      this.details.link(each.path), `: ${this.details.model.stateTitle(each.state)} since ${each.since}`,
    ])))];
  }

  why(unmet) {
    const measured = unmet.measured === null ? "" : `: ${unmet.measured}`;
    return make("div", `${this.details.model.guardTitle(unmet.guard)} not met${measured} (required: ${unmet.required})`, { class: "unmet" });
  }
}
