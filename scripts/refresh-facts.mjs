// Asks the registries for what the templates emit: versions of libraries and toolchains, tags and digests of images, pins of
// actions. Takes what is newer within the same major, and says which later majors there are.
//   node scripts/refresh-facts.mjs            writes the facts anew, and the lockfiles where they follow
//   node scripts/refresh-facts.mjs --check    writes nothing; exit code 1 where something is stale
// Exit code 2 where a registry could not be asked. Its answer is the only thing that is missing then.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gitTags, imageRegistry, newest, nodeVersions, npmVersions } from "./latest-facts.mjs";

const scripts = fileURLToPath(new URL(".", import.meta.url));
const { values: options } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    templates: { type: "string", default: join(scripts, "../templates") },
    images: { type: "string", default: "https://registry-1.docker.io" },
    node: { type: "string", default: "https://nodejs.org/dist/index.json" },
    actions: { type: "string", default: "https://github.com/" },
    "no-lockfiles": { type: "boolean", default: false },
  },
});

const images = imageRegistry(options.images);
const findings = [];
for (const path of readdirSync(options.templates, { recursive: true }).sort()) {
  if (!/(^|[\\/])(template\.yaml|package\.json\.hbs)$/.test(path)) continue;
  const file = join(options.templates, path);
  const before = readFileSync(file, "utf8");
  const found = path.endsWith(".hbs") ? await libraries(before) : await facts(before);
  findings.push(...found.map((finding) => ({ path, ...finding })));
  const after = found.reduce((text, { from, to }) => (to ? text.replaceAll(from, to) : text), before);
  if (after !== before && !options.check) writeFileSync(file, after);
}

for (const { path, name, current, next, major, problem } of findings) {
  const label = `${path}: ${name}`;
  if (problem !== undefined) console.log(`? ${label} ${current}: ${problem}`);
  else if (next !== current) console.log(`${options.check ? "!" : "+"} ${label} ${current} -> ${next}`);
  if (major) console.log(`  ${label} ${current}: ${major} is another major, for a person to decide on`);
}
const stale = findings.filter(({ problem, next, current }) => problem === undefined && next !== current);
const unknown = findings.filter(({ problem }) => problem !== undefined);
console.log(`${findings.length} facts, ${stale.length} stale, ${unknown.length} not known`);

if (!options.check && !options["no-lockfiles"]) {
  const isLocked = ({ path, name }) => path.endsWith(".hbs") || name === "pnpm";
  const stacks = new Set(stale.filter(isLocked).map(({ path }) => path.split(/[\\/]/)[1]));
  for (const stack of stacks) {
    execFileSync(process.execPath, [join(scripts, "refresh-lockfiles.mjs"), stack], { stdio: "inherit" });
  }
}
if (options.check && stale.length > 0) process.exitCode = 1;
else if (unknown.length > 0) process.exitCode = 2;

/** The ranges of a fragment of package.json. The types of Node have the major of the toolchain. */
async function libraries(text) {
  const ranges = [...text.matchAll(/"(@?[\w./-]+)": "\^(\d+\.\d+\.\d+)"/g)];
  return Promise.all(
    ranges.map(([, name, current]) =>
      finding(name, current, async () => {
        const { next, major } = newest(await npmVersions(name), current);
        const range = (version) => `"${name}": "^${version}"`;
        return { next, major: name === "@types/node" ? null : major, from: range(current), to: range(next) };
      }),
    ),
  );
}

async function facts(text) {
  const pinned = [
    ...text.matchAll(/\b(?:image|devImage): ([\w./-]+):([\w.-]+?)(?:@(sha256:[0-9a-f]{64}))?$/gm),
  ];
  const [, toolchain] = /\bnodejs: (\d+\.\d+\.\d+)/.exec(text) ?? [];
  const isOfToolchain = ([, , tag]) => toolchain !== undefined && tag.startsWith(`${toolchain}-`);
  const others = pinned.filter((image) => !isOfToolchain(image)).map(image);
  const managers = [
    ...new Map(
      [...text.matchAll(/\b(pnpm|yarn)@(\d+\.\d+\.\d+)/g)].map((match) => [match[0], match]),
    ).values(),
  ];
  const actions = [...text.matchAll(/([\w.-]+\/[\w.-]+)@([0-9a-f]{40}) # (v[\d.]+)/g)];
  const node = toolchain === undefined ? [] : [nodeRelease(toolchain, pinned.filter(isOfToolchain))];
  const found = await Promise.all([...node, ...others, ...managers.map(manager), ...actions.map(action)]);
  return found.flat();
}

/** A release of Node counts when all of its images are there. They change together, with the digest. */
async function nodeRelease(current, pinned) {
  const tagsOf = ([, name, tag]) => [name, tag.slice(current.length)];
  const release = await finding("nodejs", current, async () => {
    let versions = await nodeVersions(options.node);
    for (const [name, suffix] of pinned.map(tagsOf)) {
      const tags = new Set(await images.tags(name));
      versions = versions.filter((version) => tags.has(`${version}${suffix}`));
    }
    return { ...newest(versions, current), from: current };
  });
  if (release.problem === undefined) release.to = release.next;
  const digests = pinned.filter(([, , , digest]) => digest !== undefined);
  return [
    release,
    ...(await Promise.all(
      digests.map(([, name, tag, digest]) =>
        finding(`${name}:${tag}`, digest, async () => {
          const newTag = `${release.next ?? current}${tag.slice(current.length)}`;
          const next = await images.digest(name, newTag);
          return { next, from: digest, to: next };
        }),
      ),
    )),
  ];
}

/** A tag as precise as the one that is there, with the same suffix. */
function image([, name, tag, digest]) {
  return finding(name, tag, async () => {
    const [, v, current, suffix] = /^(v?)([\d.]+)(.*)$/.exec(tag) ?? [];
    const precise = current.split(".").length;
    const tags = await images.tags(name);
    if (!tags.includes(tag)) throw new Error(`the registry has no tag ${tag}`);
    const versions = tags
      .filter((candidate) => candidate.startsWith(v) && candidate.endsWith(suffix))
      .map((candidate) => candidate.slice(v.length, candidate.length - suffix.length))
      .filter((version) => /^\d+(\.\d+)*$/.test(version) && version.split(".").length === precise);
    const { next, major } = newest(versions, current);
    const pin = digest === undefined ? "" : `@${await images.digest(name, `${v}${next}${suffix}`)}`;
    const from = `${name}:${tag}${digest === undefined ? "" : `@${digest}`}`;
    const to = `${name}:${v}${next}${suffix}${pin}`;
    return { next: to === from ? tag : `${v}${next}${suffix}${pin}`, major, from, to };
  });
}

function manager([from, name, current]) {
  return finding(name, current, async () => {
    const found = newest(await npmVersions(name), current);
    return { ...found, from, to: `${name}@${found.next}` };
  });
}

function action([from, name, commit, current]) {
  const pin = `${commit} (${current})`;
  return finding(name, pin, async () => {
    const tags = await gitTags(`${options.actions}${name}`);
    if (!tags.has(current)) throw new Error(`the repository has no tag ${current}`);
    const versions = [...tags.keys()].filter((tag) => /^v\d+\.\d+\.\d+$/.test(tag));
    const { next, major } = newest(versions, current);
    const to = `${name}@${tags.get(next) ?? commit} # ${next}`;
    return { next: to === from ? pin : `${tags.get(next)} (${next})`, major, from, to };
  });
}

async function finding(name, current, ask) {
  try {
    return { name, current, ...(await ask()) };
  } catch (error) {
    const [reason] = String(error.cause?.message ?? (error.stderr || error.message))
      .trim()
      .split("\n");
    return { name, current, problem: `not known: ${reason}` };
  }
}
