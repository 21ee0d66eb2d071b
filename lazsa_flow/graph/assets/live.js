"use strict";

/** A page that a server keeps up to date; one from a file never asks anybody. */
const Live = {
  on: document.body.hasAttribute("data-live"),

  async get(what) {
    try {
      const answer = await fetch(`${document.body.dataset.live}/${what}`);
      return answer.ok ? await answer.json() : null;
    } catch {
      return null; // the server is away: the next round asks again
    }
  },

  /** Ask the server for the paths of a name, and take them in; returns how many there are. */
  async find(model, name) {
    const found = (Live.on && await Live.get(`story.json?name=${encodeURIComponent(name.trim())}`)) || [];
    for (const { resident, story, details } of found) model.learn(resident, story, details);
    return found.length;
  },

  /** Take new figures in every few seconds, leaving what is looked at as it is. */
  async follow(page) {
    const data = document.hidden ? null : await Live.get("picture.json");
    if (data) {
      const model = new Model(data);
      for (const [path, story] of page.model.stories) {
        if (!model.stories.has(path)) model.learn(page.model.residents.get(path), story, page.model.details.get(path));
      }
      const { path } = page.view;
      if (path) await Live.find(model, path);
      page.renew(model);
    }
    setTimeout(() => Live.follow(page), Number(document.body.dataset.everyMs));
  },
};
