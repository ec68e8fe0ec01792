import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { elapsed, empty, environment, identity, labelOf, ratio } from "./measure.mjs";

/** Goal 2: creating the default repo, beside what peers create. */
export async function* creating({ bin, nodes, pairs, folder, peers, work }) {
  const target = join(work, "create/my-app");
  folder("create");
  const create = (node, ...flags) => ({
    argv: [node, bin, target, "--yes", "--no-install", ...flags],
    before: empty(target),
  });
  for (const node of nodes) {
    const which = labelOf(node);
    const idle = { argv: [node, "-e", "0"] };
    const vite = createVite(node, peers, join(work, "create"));
    yield {
      name: `create / node -e 0, ${which}`,
      goal: 1.75,
      value: ratio(create(node, "--no-git"), idle, { pairs }).ratio,
    };
    const uncached = { ...create(node, "--no-git"), env: { NODE_DISABLE_COMPILE_CACHE: "1" } };
    yield {
      name: `create without compiled code of an earlier run / node -e 0, ${which}`,
      value: ratio(uncached, idle, { pairs }).ratio,
    };
    yield {
      name: `create / create-vite, ${which}`,
      goal: 1,
      value: ratio(create(node, "--no-git"), vite, { pairs }).ratio,
    };
    const committed = { ...create(node), env: identity };
    yield {
      name: `create with git / node -e 0, ${which}`,
      goal: 2.75,
      value: ratio(committed, idle, { pairs }).ratio,
    };
  }
  const node = nodes.at(-1);
  elapsed(create(node, "--no-git"));
  const files = filesOf(target);
  const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
  yield { name: "files of the default repo", value: files.length, note: `${Math.round(bytes / 1000)} kB` };
  for (const [name, command] of Object.entries(peersOf(node, peers, target, work))) {
    yield {
      name: `create / ${name}, Node 24`,
      value: ratio(create(node, "--no-git"), command, { pairs: 7 }).ratio,
    };
  }
  yield { name: "sockets and child processes of a create", goal: 0, ...uninvited(create(node, "--no-git")) };
}

function createVite(node, peers, cwd) {
  return {
    argv: [
      node,
      join(peers["create-vite"], "index.js"),
      "vite-app",
      "--template",
      "vanilla-ts",
      "--no-interactive",
    ],
    cwd,
    before: empty(join(cwd, "vite-app")),
  };
}

/** The same files as ours, as templates of hygen and plop; and what sv creates by itself. */
function peersOf(node, peers, target, work) {
  const hygen = join(work, "hygen");
  const plop = join(work, "plop");
  for (const path of filesOf(target)) {
    const to = relative(target, path);
    const body = readFileSync(path, "utf8");
    put(
      join(hygen, "_templates/app/new", `${to.replaceAll("/", "-")}.t`),
      `---\nto: out/${to}\n---\n${body.replaceAll("<%", "<%%")}`,
    );
    put(join(plop, "templates", `${to}.hbs`), body.replace(/\\|\{\{/g, "\\$&"));
  }
  const plopfile = `export default (plop) => plop.setGenerator("app", { prompts: [], actions: [
    { type: "addMany", destination: "out", base: "templates", templateFiles: "templates/**", globOptions: { dot: true } }] });`;
  put(join(plop, "plopfile.mjs"), plopfile);
  return {
    sv: {
      argv: [
        node,
        join(peers.sv, "dist/bin.mjs"),
        "create",
        "app",
        "--template",
        "minimal",
        "--types",
        "ts",
        "--no-add-ons",
        "--no-install",
      ],
      cwd: ensure(join(work, "sv")),
      before: empty(join(work, "sv/app")),
    },
    hygen: {
      argv: [node, join(peers.hygen, "dist/bin.js"), "app", "new"],
      cwd: hygen,
      env: { HYGEN_OVERWRITE: "1" },
      before: empty(join(hygen, "out")),
    },
    plop: {
      argv: [node, join(peers.plop, "bin/plop.js"), "app"],
      cwd: plop,
      before: empty(join(plop, "out")),
    },
  };
}

/** What a create asks of the system that it has no need for, as strace counts it. */
function uninvited({ argv, before }) {
  if (spawnSync("strace", ["-V"]).status !== 0) return { note: "there is no strace here" };
  before();
  const traced = spawnSync("strace", ["-f", "-qq", "-e", "trace=socket,connect,execve", ...argv], {
    env: environment,
  });
  if (traced.status !== 0) return { note: `strace ended with ${traced.status}` };
  const calls = String(traced.stderr)
    .split("\n")
    .filter((line) => /\b(socket|connect|execve)\(/.test(line));
  return { value: calls.length - 1, note: calls.slice(1).join(" ").slice(0, 200) };
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function put(path, text) {
  ensure(dirname(path));
  writeFileSync(path, text);
}

function ensure(path) {
  if (!existsSync(path)) mkdirSync(path, { recursive: true });
  return path;
}
