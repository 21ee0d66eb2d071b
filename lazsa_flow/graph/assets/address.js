"use strict";

/**
 * The address of a view: ``#path=invoice-17``, ``#state=open&country=DE&time=2026-04-01`` and the
 * like, so that what is looked at can be sent as a link, and the back button leads to the view
 * before. A name alone, ``#invoice-17``, is a path or a subject.
 */
const Address = {
  FIELDS: ["path", "scene", "state", "trigger", "from", "to", "country", "time", "moves"],

  /** Read the address; of what it does not say there is nothing. */
  read() {
    const text = location.hash.slice(1);
    if (!text || document.getElementById(text)) return {};
    if (!text.includes("=")) return { path: Address.decode(text) };
    const asked = new URLSearchParams(text);
    return Object.fromEntries(Address.FIELDS.filter((name) => asked.get(name))
      .map((name) => [name, asked.get(name)]));
  },

  decode(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text; // a stray percent sign is a part of the name
    }
  },

  /** Write a view into the address; a frame that may not have an address of its own keeps its own. */
  write(fields, replace) {
    const told = new URLSearchParams();
    for (const name of Address.FIELDS) if (fields[name]) told.set(name, fields[name]);
    const hash = String(told);
    if (hash === location.hash.slice(1) || (!hash && !location.hash)) return;
    const address = location.href.split("#")[0] + (hash && `#${hash}`);
    try {
      if (replace) history.replaceState(null, "", address);
      else history.pushState(null, "", address);
    } catch {
      // a sandboxed frame: the page works, its address stays
    }
  },
};
