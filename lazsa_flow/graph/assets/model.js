"use strict";

/** What the data says: every question that the page asks of it. */
class Model {
  constructor(data) {
    this.data = data;
    this.states = new Map(data.states.map((state) => [state.id, state]));
    this.arrows = new Map(data.arrows.map((arrow) => [arrow.id, arrow]));
    this.counted = data.stops.length > 0;
    this.foreseen = data.stops.findIndex((stop) => stop.kind === "foreseen");
    this.now = data.stops.findIndex((stop) => stop.kind === "now");
    this.stories = new Map(Object.entries(data.stories));
    this.details = new Map(Object.entries(data.details));
    this.residents = new Map([...data.others, ...data.residents].map((each) => [each.path, each]));
  }

  kind(stop) {
    return this.data.stops[stop].kind;
  }

  /** How many paths stand in a state at a stop, in a country or in all. */
  count(stop, country, state) {
    return this.total(this.data.stops[stop].counts, country, (each) => each[state]);
  }

  /** What is counted of moves at a stop: in all, in the period that ends there, or what is due. */
  flowKind(stop, moves) {
    if (["due", "foreseen"].includes(this.kind(stop))) return this.kind(stop);
    return moves || (stop === this.now ? "all" : "period");
  }

  /** How many moves were made along arrows, or how many timers will try them. */
  flow(stop, country, arrows, moves) {
    const all = this.flowKind(stop, moves) === "all";
    const stops = this.data.stops.slice(all ? 0 : stop, stop + 1);
    return arrows.reduce((sum, id) => sum + stops.reduce((times, { flows }) =>
      times + this.total(flows, country, (each) => each[id]), 0), 0);
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

  /** The listed paths in a state, those opened last first. */
  residentsIn(state, country) {
    return [...this.residents.values()]
      .filter((each) => each.state === state && (!country || each.country === country))
      .sort((one, other) => numberOf(other) - numberOf(one));
  }

  /** The references of a name's paths: a path's own, or a subject's, the current one first. */
  pathsOf(name) {
    const wanted = name.trim();
    if (this.residents.has(wanted)) return [wanted];
    return this.ofSubject(wanted).map((each) => each.path);
  }

  /** The known paths of a subject: one that has not ended first, then the newest. */
  ofSubject(subject) {
    const ended = (each) => this.states.get(each.state).final;
    return [...this.residents.values()].filter((each) => each.subject === subject)
      .sort((one, other) => ended(one) - ended(other) || numberOf(other) - numberOf(one));
  }

  /** Take a path and its story in. */
  learn(resident, story, details) {
    this.residents.set(resident.path, resident);
    this.stories.set(resident.path, story);
    if (details) this.details.set(resident.path, details);
  }

  /** The number of the stop of a date: itself, or the last one before it. */
  stopOf(date) {
    const { stops } = this.data;
    if (date === "foreseen") return this.foreseen < 0 ? this.now : this.foreseen;
    const exact = stops.findIndex((stop) => stop.on === date && (stop.kind === "past" || stop.kind === "due"));
    if (exact >= 0) return exact;
    const earlier = stops.filter((stop) => stop.on <= date && stop.kind === "past").length;
    return date >= stops[this.now].on ? this.now : Math.max(0, earlier - 1);
  }

  /** How a state is named to people; a path that opens comes from none. */
  stateTitle(id) {
    if (id === null) return "new";
    const state = this.states.get(id);
    return state.title || state.name;
  }

  triggerTitle(arrow) {
    return arrow.title || arrow.trigger;
  }

  guardTitle(name) {
    return this.titled("guards", name);
  }

  timerTitle(name) {
    return this.titled("timers", name);
  }

  /** Roles or reasons in words. */
  words(codes) {
    return codes.map((code) => this.titled("words", code)).join(", ");
  }

  /** A trigger by its name alone, with its reason. */
  triggerNamed(trigger, reason) {
    const arrow = this.data.arrows.find((each) => each.trigger === trigger);
    return `${arrow ? this.triggerTitle(arrow) : trigger}${reason ? ` (${this.words([reason])})` : ""}`;
  }

  titled(kind, name) {
    const titles = (this.data.titles || {})[kind] || {};
    return Object.hasOwn(titles, name) ? titles[name] : name;
  }

  /** The name of the zone whose dates are meant. */
  zoneOf(country) {
    const zone = country && this.data.zones[country];
    return zone ? `${zone} time` : "local time of each country";
  }

  /** How a stop is named. */
  label(stop, country) {
    const { on, kind } = this.data.stops[stop];
    if (kind === "now") return `now, ${localTime(this.data.asked_at, country && this.data.zones[country])}`;
    if (kind === "foreseen") return `${on}, foreseen by rehearsal (${this.zoneOf(country)})`;
    if (kind === "due") return `until ${on}, what is due (${this.zoneOf(country)})`;
    return `end of ${on} (${this.zoneOf(country)})`;
  }

  /** The time that a stop's moves are of. */
  period(stop, moves) {
    const { on, kind } = this.data.stops[stop];
    const end = kind === "now" ? "now" : `the end of ${on}`;
    if (this.flowKind(stop, moves) === "all" || !stop) return `until ${end}`;
    return `since the end of ${this.data.stops[stop - 1].on} until ${end}`;
  }

  /** The stop at the end of the last whole period, which a foreseen one is compared with. */
  get last() {
    return Math.max(0, this.now - 1);
  }

  /** How many moves were made along arrows in the last whole period. */
  latest(country, arrows) {
    return this.flow(this.last, country, arrows, "period");
  }

  /** The moves that are foreseen, and how many there were of the same lately: [trigger, arrows, past, foreseen]. */
  compare(country) {
    const { flows } = this.data.stops[this.foreseen];
    const ids = new Set(Object.values(flows).flatMap((each) => Object.keys(each)));
    return this.data.arrows.filter(({ id }) => ids.has(id)).map((arrow) => {
      const alike = this.data.arrows.filter((each) => each.trigger === arrow.trigger && each.dest === arrow.dest && each.source === arrow.source);
      const arrows = alike.map(({ id }) => id);
      return [arrow, this.latest(country, arrows), this.flow(this.foreseen, country, arrows)];
    }).filter(([, , foreseen]) => foreseen);
  }

  /** What a foreseen figure is by, and what may be against it: sentences. */
  warnings() {
    const { asked_at: asked, source, assumed, doubts } = this.data.foreseen;
    return [
      `Rehearsal ${source}, asked on the record of ${localTime(asked)}.`,
      ...assumed.map((each) => `Assumed: ${each}.`),
      ...doubts.map((each) => `It may no longer hold: ${each}.`),
    ];
  }

  /** What is foreseen other than moves along arrows: [words, how many]. */
  besides(country) {
    const { unplaced, stays } = this.data.foreseen;
    const list = (byCountry, words) => [...new Set(Object.values(byCountry).flatMap((each) => Object.keys(each)))].sort()
      .map((name) => [words(name), this.total(byCountry, country, (each) => each[name])]);
    return [
      ...list(unplaced, (name) => `${this.triggerNamed(name)}, from a state that the rehearsal does not tell`),
      ...list(stays, (name) => `stay where they are: ${name}`),
    ].filter(([, times]) => times);
  }

  /** A scene in a few words. */
  headline(scene) {
    const reason = scene.reason ? ` (${this.words([scene.reason])})` : "";
    const state = this.stateTitle(scene.state);
    if (scene.trigger === null) return `stays ${state}${reason}`;
    const arrow = this.arrows.get(scene.arrow);
    return `${arrow ? this.triggerTitle(arrow) : scene.trigger}${reason} → ${state}`;
  }
}

/** The number of a path, by which they were opened one after another. */
const numberOf = ({ path }) => Number(path.split("-").pop());

/** Write a figure with thousands apart. */
const figure = (number) => number.toLocaleString("en-US");

/** Write a number of things: "1 path", "2 paths". */
const several = (number, thing) => `${figure(number)} ${thing}${number === 1 ? "" : "s"}`;

/** Write an instant as a zone's clocks show it: "2026-10-01 20:00 +08:00 Manila"; without one, in UTC. */
function localTime(instant, zone) {
  const at = new Date(instant);
  const form = (options) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone || "UTC", ...options });
  const shown = form({ dateStyle: "short", timeStyle: "short" }).format(at);
  if (!zone || zone === "UTC") return `${shown} UTC`;
  const named = form({ timeZoneName: "longOffset" }).formatToParts(at).find(({ type }) => type === "timeZoneName");
  const offset = named.value.replace("GMT", "").replace("\u2212", "-") || "+00:00";
  return `${shown} ${offset} ${zone.split("/").pop().replaceAll("_", " ")}`;
}
