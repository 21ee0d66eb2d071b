"use strict";

/** What the data says: every question that the page asks of it. */
class Model {
  constructor(data) {
    this.data = data;
    this.states = new Map(data.states.map((state) => [state.id, state]));
    this.arrows = new Map(data.arrows.map((arrow) => [arrow.id, arrow]));
    this.counted = data.stops.length > 0;
    this.now = data.stops.findIndex((stop) => stop.kind === "now");
    this.stories = new Map(Object.entries(data.stories));
    this.residents = new Map(data.residents.map((each) => [each.path, each]));
  }

  /** How many paths stand in a state at a stop, in a country or in all. */
  count(stop, country, state) {
    return this.total(this.data.stops[stop].counts, country, (each) => each[state]);
  }

  /** How many moves were made along arrows until a stop since the one before. */
  flow(stop, country, arrows) {
    const flows = this.data.stops[stop].flows;
    return arrows.reduce((sum, id) => sum + this.total(flows, country, (each) => each[id]), 0);
  }

  /** Which timers fall due until a coming stop: [name, how many]. */
  due(stop, country) {
    const { due } = this.data.stops[stop];
    const names = [...new Set(Object.values(due).flatMap((each) => Object.keys(each)))].sort();
    const found = names.map((name) => [name, this.total(due, country, (each) => each[name])]);
    return found.filter(([, times]) => times);
  }

  total(byCountry, country, figure) {
    const countries = country ? [country] : Object.keys(byCountry);
    return countries.reduce((sum, code) => sum + ((byCountry[code] && figure(byCountry[code])) || 0), 0);
  }

  /** The listed paths in a state, those that came last first. */
  residentsIn(state, country) {
    return this.data.residents.filter(
      (each) => each.state === state && (!country || each.country === country));
  }

  /** Who is held on one of these arrows, by guard: guard → [resident, what was found]. */
  heldOn(arrows, country) {
    const found = new Map();
    for (const resident of this.data.residents) {
      if (country && resident.country !== country) continue;
      for (const held of resident.held) {
        if (!arrows.includes(held.arrow)) continue;
        if (!found.has(held.guard)) found.set(held.guard, []);
        found.get(held.guard).push([resident, held]);
      }
    }
    return [...found].sort(([, some], [, others]) => others.length - some.length);
  }

  /** The references of a name's paths: a path's own, or a subject's. */
  pathsOf(name) {
    const wanted = name.trim();
    if (this.stories.has(wanted)) return [wanted];
    return this.data.residents.filter((each) => each.subject === wanted).map((each) => each.path);
  }

  /** Take a path and its story in. */
  learn(resident, story) {
    if (!this.residents.has(resident.path)) this.data.residents.push(resident);
    this.residents.set(resident.path, resident);
    this.stories.set(resident.path, story);
  }

  /** How a stop is named. */
  label(stop) {
    const { on, kind } = this.data.stops[stop];
    if (kind === "now") return `now, ${on}`;
    return kind === "due" ? `until ${on}, what is due` : `end of ${on}`;
  }

  /** The time that a stop's flows are of. */
  period(stop) {
    return stop ? `from ${this.label(stop - 1)} to ${this.label(stop)}` : `until ${this.label(stop)}`;
  }

  /** A scene in a few words. */
  headline(scene) {
    const reason = scene.reason ? ` (${scene.reason})` : "";
    if (scene.trigger === null) return `stays ${this.states.get(scene.state).name}${reason}`;
    return `${scene.trigger}${reason} → ${this.states.get(scene.state).name}`;
  }
}

/** Write a figure with thousands apart. */
const figure = (number) => number.toLocaleString("en-US");
