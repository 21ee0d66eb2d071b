"use strict";
// Live pages: what is marked with data-live is asked for again, as long as somebody looks.
// Without this script every page works; it is then as old as its last loading.
{
  const root = document.documentElement;
  const every = Number(document.body.dataset.everyMs);
  const said = document.getElementById("refreshed");
  const hold = document.getElementById("hold");
  let held = false;
  let timer = 0;

  const tell = (text, bad) => {
    said.textContent = text;
    said.classList.toggle("bad", bad);
  };

  // what has the focus is found again by where it leads, or by its label
  const mark = (element) =>
    element && (element.getAttribute("href") || element.getAttribute("aria-label"));

  // what the server last said of each part; what a reader opens or copies changes none of it
  const shown = new Map();
  for (const each of document.querySelectorAll("[data-live]")) {
    shown.set(each.dataset.live, each.innerHTML);
  }

  const replace = (old, fresh) => {
    if (shown.get(old.dataset.live) === fresh.innerHTML) return;
    shown.set(old.dataset.live, fresh.innerHTML);
    const open = [...old.querySelectorAll("details")].map((each) => each.open);
    const focused = old.contains(document.activeElement) ? mark(document.activeElement) : null;
    const scrolled = [...old.querySelectorAll(".scroll")].map((each) => each.scrollLeft);
    old.replaceChildren(...[...fresh.childNodes].map((each) => document.importNode(each, true)));
    old.querySelectorAll(".scroll").forEach((each, at) => { each.scrollLeft = scrolled[at] || 0; });
    old.querySelectorAll("details").forEach((each, at) => { each.open = open[at] || false; });
    if (focused === null) return;
    for (const each of old.querySelectorAll("a, button, summary, [tabindex]")) {
      if (mark(each) === focused) { each.focus({ preventScroll: true }); break; }
    }
  };

  const isReading = () => {
    const selected = getSelection();
    return selected !== null && !selected.isCollapsed;
  };

  const refresh = async () => {
    const began = performance.now();
    if (!held && !document.hidden && !isReading()) {
      try {
        const answer = await fetch(location.href.split("#")[0], {
          headers: { accept: "text/html" }, cache: "no-store",
        });
        if (!answer.ok) throw new Error(String(answer.status));
        // its styles and scripts have another nonce, and are not needed
        const text = (await answer.text()).replace(/<(style|script)[^]*?<\/\1>/g, "");
        const page = new DOMParser().parseFromString(text, "text/html");
        const parts = new Map(
          [...page.querySelectorAll("[data-live]")].map((each) => [each.dataset.live, each]),
        );
        for (const old of document.querySelectorAll("[data-live]")) {
          const fresh = parts.get(old.dataset.live);
          if (fresh && !held && !isReading()) replace(old, fresh);
        }
        const now = new Date().toLocaleTimeString("en-GB");
        if (!held) tell(`Updated at ${now} by this device's clock.`, false);
      } catch {
        if (!held) tell("No answer; the figures are old. Trying again.", true);
      }
    }
    clearTimeout(timer); // of who paused or resumed meanwhile
    // a page that takes long is asked for less often
    timer = setTimeout(refresh, Math.max(every, 9 * (performance.now() - began)));
  };

  hold.hidden = false;
  hold.addEventListener("click", () => {
    held = !held;
    hold.textContent = held ? "Resume updates" : "Pause updates";
    if (held) tell("Updates are paused.", false);
    clearTimeout(timer);
    timer = setTimeout(refresh, held ? every : 0);
  });

  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest(".copy") : null;
    if (!button) return;
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });

  timer = setTimeout(refresh, every);
  root.dataset.ready = "yes";
}
