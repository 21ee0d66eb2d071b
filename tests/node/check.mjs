// What do the real parsers make of what lazsa_flow writes?
//
// Reads one JSON document from standard input and writes one to standard output:
//   {"mermaid": [text, …]}                 → [{states, edges} or {error}, …]
//   {"machines": [{machine, walks: [[[event, held], …], …]}, …]} → [[[state, …], …], …]

import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("<!doctype html><body></body>");
Object.assign(globalThis, { window, document: window.document });

/** Parse Mermaid texts with Mermaid's own parser; tell what it found. */
async function parse(texts) {
  const { default: mermaid } = await import("mermaid");
  mermaid.initialize({ securityLevel: "strict" });
  const found = [];
  for (const text of texts) {
    try {
      const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
      const { nodes, edges } = diagram.db.getData();
      found.push({
        type: diagram.type,
        states: nodes.map(({ id, label, cssClasses }) => ({ id, label, classes: cssClasses })),
        edges: edges.map(({ start, end, label }) => ({ start, end, label })),
      });
    } catch (error) {
      found.push({ error: String(error) });
    }
  }
  return found;
}

/** Run a machine in XState along walks; each guard holds that the event says is held. */
function walk({ createActor, setup }, { machine, walks }) {
  const all = ({ event }, { guards }) => guards.every((name) => event.held.includes(name));
  const made = setup({ guards: { all } }).createMachine(machine);
  return walks.map((events) => {
    const actor = createActor(made).start();
    const states = events.map(([type, held]) => {
      actor.send({ type, held });
      return actor.getSnapshot().value;
    });
    actor.stop();
    return states;
  });
}

const asked = JSON.parse(readFileSync(0, "utf-8"));
const answer = asked.mermaid
  ? await parse(asked.mermaid)
  : await import("xstate").then((xstate) => asked.machines.map((each) => walk(xstate, each)));
process.stdout.write(JSON.stringify(answer));
