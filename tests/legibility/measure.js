// Returns what can be read of a page: the smallest text in view, texts that overlap, texts that are
// cut, and texts of the picture that are out of view. A text is an element with words of its own.
const TOLERANCE = 1.5; // pixels: how far boxes of texts may reach into each other, for their empty edges
const view = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
const meet = (one, other) => ({
  left: Math.max(one.left, other.left), top: Math.max(one.top, other.top),
  right: Math.min(one.right, other.right), bottom: Math.min(one.bottom, other.bottom),
});
const area = ({ left, top, right, bottom }) => Math.max(0, right - left) * Math.max(0, bottom - top);
const within = (inner, outer, by = 1) => inner.left >= outer.left - by && inner.top >= outer.top - by
  && inner.right <= outer.right + by && inner.bottom <= outer.bottom + by;

/** What of the window an element can be seen in: what clips or scrolls it bounds it. */
function clipOf(element) {
  let clip = view;
  for (let at = element.parentElement; at; at = at.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(at);
    if (overflowX !== "visible" || overflowY !== "visible" || at.tagName === "svg") {
      if (at !== document.body && at !== document.documentElement) clip = meet(clip, at.getBoundingClientRect());
    }
  }
  return clip;
}

const words = (element) => [...element.childNodes]
  .filter((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());

/** The box of an element's own words. */
function boxOf(element) {
  if (element instanceof SVGElement) return element.getBoundingClientRect();
  const range = document.createRange();
  const own = words(element);
  range.setStartBefore(own[0]);
  range.setEndAfter(own[own.length - 1]);
  return range.getBoundingClientRect();
}

function sizeOf(element) {
  const size = parseFloat(getComputedStyle(element).fontSize);
  return element instanceof SVGElement ? size * element.getScreenCTM().a : size;
}

function seen(element) {
  if (element.closest(".hidden, .skip, noscript, option, datalist, title, script, style")) return false;
  const style = getComputedStyle(element);
  return style.visibility !== "hidden" && element.getClientRects().length > 0;
}

const texts = [...document.body.querySelectorAll("*")]
  .filter((element) => words(element).length && seen(element))
  .map((element) => ({ element, text: element.textContent.trim(), box: boxOf(element), clip: clipOf(element) }));
/** Whether the bar that stays at a phone's lower edge lies on a text. */
function covered({ element, box }) {
  const top = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  return top !== null && top.closest("footer") !== null && element.closest("footer") === null;
}

const shown = texts.filter((each) => area(meet(each.box, each.clip)) > area(each.box) / 2 && !covered(each));
const drawn = texts.filter(({ element }) => element.closest(".lazsa-chart .drawing, .lazsa-chart .legend, .lazsa-chart > text"));

const overlaps = [];
for (const [number, one] of shown.entries()) {
  for (const other of shown.slice(number + 1)) {
    if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
    const both = meet(one.box, other.box);
    if (both.right - both.left > TOLERANCE && both.bottom - both.top > TOLERANCE) overlaps.push(`${one.text} / ${other.text}`);
  }
}

/** Whether words leave the box that is drawn around them, end in dots, or are hidden at an edge. */
function isCut({ element, text, box, clip }) {
  if (text.endsWith("…")) return true;
  const group = element.closest(".label, .state, .reminder");
  if (group) return !within(box, group.querySelector("rect").getBoundingClientRect(), 2);
  if (element instanceof SVGElement) return false;
  return getComputedStyle(element).textOverflow === "ellipsis" && element.scrollWidth > element.clientWidth
    || (box.right > clip.right + 2 && getComputedStyle(element).whiteSpace === "nowrap" && box.left < clip.right);
}

const sizes = shown.map(({ element, text }) => [sizeOf(element), text]).sort(([one], [other]) => one - other);
return {
  texts: shown.length,
  smallest: sizes.length ? Math.round(sizes[0][0] * 100) / 100 : null,
  smallest_text: sizes.length ? sizes[0][1] : "",
  overlaps,
  cut: shown.filter(isCut).map(({ text }) => text),
  outside: drawn.filter(({ box, clip }) => !within(box, clip)).map(({ text }) => text),
};
