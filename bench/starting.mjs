import { spawn } from "node:child_process";
import { join } from "node:path";
import { environment, labelOf, median, ratio } from "./measure.mjs";

/** Goal 1: `--version`, `--help` and the first question, as ratios to `node -e 0` of the same Node. */
export async function* starting({ bin, nodes, pairs, folder, peers }) {
  for (const node of nodes) {
    const idle = { argv: [node, "-e", "0"] };
    const which = labelOf(node);
    const goal = which === "Node 20" ? 1.35 : 1.25;
    for (const flag of ["--version", "--help"]) {
      yield {
        name: `${flag} / node -e 0, ${which}`,
        goal,
        value: ratio({ argv: [node, bin, flag] }, idle, { pairs }).ratio,
      };
    }
    yield {
      name: `ready to ask / node -e 0, ${which}`,
      goal: 1.4,
      ...(await readyToAsk({ node, bin, pairs, cwd: folder("ask") })),
    };
    const peer = { argv: [node, join(peers["create-vite"], "index.js"), "--help"] };
    yield { name: `create-vite --help / node -e 0, ${which}`, value: ratio(peer, idle, { pairs: 7 }).ratio };
  }
}

/** How long the first question of a warm-up is looked at: by then the compiled code is kept. */
const readingMs = 1_500;

/** Both run under `script`, which gives them a terminal; ours until it shows its first question. */
async function readyToAsk({ node, bin, pairs, cwd }) {
  const ratios = [];
  for (let index = 0; index < pairs + 2; index++) {
    const runs = [
      () => underTerminal(`${node} ${bin}`, cwd, { until: /\?|›/, readingMs: index < 2 ? readingMs : 0 }),
      () => underTerminal(`${node} -e 0`, cwd, { until: null }),
    ];
    const times = [];
    for (const run of index % 2 === 0 ? runs : runs.toReversed()) times.push(await run());
    const [ours, idle] = index % 2 === 0 ? times : times.toReversed();
    if (ours === null || idle === null) return { note: "there is no `script` here that can give a terminal" };
    if (index >= 2) ratios.push(ours / idle);
  }
  return { value: median(ratios) };
}

function underTerminal(command, cwd, { until, readingMs = 0 }) {
  return new Promise((resolve) => {
    const start = process.hrtime.bigint();
    const done = (value) => {
      clearTimeout(limit);
      resolve(value);
    };
    const child = spawn("script", ["-qfec", command, "/dev/null"], {
      cwd,
      env: { ...environment, TERM: "xterm-256color" },
      stdio: ["pipe", "pipe", "ignore"],
    });
    const limit = setTimeout(() => {
      child.kill("SIGKILL");
      done(null);
    }, 10_000);
    const time = () => Number(process.hrtime.bigint() - start) / 1e6;
    let text = "";
    let shown = null;
    child.stdout.on("data", (chunk) => {
      text += chunk;
      if (until === null || shown !== null || !until.test(text)) return;
      shown = time();
      setTimeout(() => child.stdin.write("\u0003"), readingMs);
    });
    child.on("error", () => done(null));
    child.on("exit", () => done(until === null ? time() : shown));
  });
}
