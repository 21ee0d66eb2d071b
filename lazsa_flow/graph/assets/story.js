"use strict";

/** One path's story at the side. */
class Story {
  constructor(details) {
    this.details = details;
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
      story ? make("ol", scenes) : make("p", `Its story is not in this file. Make one with it: lazsa-flow graph ${this.details.model.data.lifecycle} --format html --path ${path}`),
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
