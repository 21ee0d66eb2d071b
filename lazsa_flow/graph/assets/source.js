"use strict";

/**
 * Where the paths in some states come from. A file has what was put into it; a server is asked for
 * one page after another, newest first, so that no list has an end before the paths have one.
 */
class PathSource {
  /** How many paths are read before anybody asks for more. */
  static FIRST = 2000;
  static PAGE = 500;

  constructor(model, states, country, changed) {
    this.model = model;
    this.states = states;
    this.country = country;
    this.changed = changed;
    this.read = null;
    this.after = null;
    this.busy = false;
  }

  /** How many paths there are now. */
  get total() {
    return this.states.reduce((sum, id) => sum + this.model.count(this.model.now, this.country, id), 0);
  }

  /** The paths that are known: those that a server told, or those of the file. */
  get rows() {
    return this.read || this.states.flatMap((id) => this.model.residentsIn(id, this.country));
  }

  /** Whether paths are left out that a server would tell. */
  get more() {
    return Live.on && this.rows.length < this.total && (this.read === null || this.after !== null);
  }

  /** Read on: the first time as much as is shown without asking. */
  async next() {
    if (!Live.on || this.busy) return;
    this.busy = true;
    const enough = this.read ? this.read.length + PathSource.FIRST : PathSource.FIRST;
    const rows = this.read ? [...this.read] : [];
    let { after } = this;
    do {
      const found = await Live.get(`paths.json?${this.query({ after, limit: PathSource.PAGE })}`);
      if (!found) break;
      rows.push(...found.paths);
      after = found.after;
      Object.assign(this, { read: [...rows], after });
    } while (after !== null && rows.length < enough);
    this.busy = false;
    this.changed();
  }

  /** What a server is asked. */
  query(more) {
    const asked = new URLSearchParams(this.states.map((id) => ["state", this.model.states.get(id).name]));
    const fields = { country: this.country, ...more };
    for (const [name, value] of Object.entries(fields)) if (value) asked.set(name, value);
    return String(asked);
  }
}
