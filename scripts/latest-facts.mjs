// What the registries have of the facts that templates emit. Each function gives stable versions, and throws an Error that
// says who could not be asked.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const stable = /^v?\d+(\.\d+){0,2}$/;

/** Versions that nodejs.org has released. */
export async function nodeVersions(url) {
  const releases = await (await get(url)).json();
  return releases.map(({ version }) => version.slice(1));
}

/** Versions of a package, as the registry of this machine's npm has them. */
export async function npmVersions(name) {
  const options = { shell: process.platform === "win32", maxBuffer: 1 << 26 };
  const { stdout } = await run("npm", ["view", name, "versions", "--json", "--loglevel=error"], options);
  return [JSON.parse(stdout)].flat().filter((version) => stable.test(version));
}

/** The tags of a repository with their commits, by `git ls-remote`; that of an annotated tag is what it points to. */
export async function gitTags(url) {
  const env = { ...process.env, GIT_TERMINAL_PROMPT: "0" };
  const { stdout } = await run("git", ["ls-remote", "--tags", url], { env, maxBuffer: 1 << 26 });
  const commits = new Map();
  for (const line of stdout.split("\n")) {
    const [, commit, tag, peeled] = /^([0-9a-f]{40})\trefs\/tags\/(.+?)(\^\{\})?$/.exec(line) ?? [];
    if (tag !== undefined && stable.test(tag) && (peeled || !commits.has(tag))) commits.set(tag, commit);
  }
  return commits;
}

/** A client of a registry of images: their tags, and the digest of one. */
export function imageRegistry(origin) {
  const tokens = new Map();
  const ask = async (repository, path, init = {}) => {
    const url = path.startsWith("http") ? path : `${origin}/v2/${repository}/${path}`;
    const send = () => {
      const token = tokens.get(repository);
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return fetch(url, { ...init, headers: { ...init.headers, ...authorization } });
    };
    let answer = await send();
    if (answer.status === 401) {
      tokens.set(repository, await signIn(answer.headers.get("www-authenticate") ?? ""));
      answer = await send();
    }
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return answer;
  };
  return {
    tags: async (image) => {
      const tags = [];
      for (let path = "tags/list?n=1000"; path !== null; ) {
        const answer = await ask(repositoryOf(image), path);
        tags.push(...(await answer.json()).tags);
        const [, next] = /<([^>]+)>;\s*rel="?next"?/.exec(answer.headers.get("link") ?? "") ?? [];
        path = next === undefined ? null : new URL(next, origin).href;
      }
      return tags;
    },
    digest: async (image, tag) => {
      const accept = [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
      ].join(", ");
      const init = { method: "HEAD", headers: { accept } };
      const answer = await ask(repositoryOf(image), `manifests/${tag}`, init);
      return answer.headers.get("docker-content-digest");
    },
  };
}

function repositoryOf(image) {
  return image.includes("/") ? image : `library/${image}`;
}

async function signIn(challenge) {
  const fields = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  );
  const url = new URL(fields.realm);
  for (const key of ["service", "scope"])
    if (fields[key] !== undefined) url.searchParams.set(key, fields[key]);
  const body = await (await get(url)).json();
  return body.token ?? body.access_token;
}

async function get(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer;
}

/** The newest of the same major, and the newest of all; a 0.x counts as a major. */
export function newest(versions, current) {
  const sorted = [...versions].sort(compare);
  const alike = sorted.filter(
    (version) => majorOf(version) === majorOf(current) && compare(version, current) >= 0,
  );
  const last = sorted.at(-1);
  const isLater = last !== undefined && compare(last, current) > 0 && majorOf(last) !== majorOf(current);
  return { next: alike.at(-1) ?? current, major: isLater ? last : null };
}

function majorOf(version) {
  const [major, minor] = version.replace(/^v/, "").split(".");
  return major === "0" ? `0.${minor}` : major;
}

export function compare(a, b) {
  const [left, right] = [a, b].map((version) => version.replace(/^v/, "").split(".").map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
