import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../../scripts/refresh-facts.mjs", import.meta.url));
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const oldCommit = "a".repeat(40);

const stackFacts = (node: string, pin: string, action: string) => `toolchain: { nodejs: ${node} }
packageManagers:
  pnpm: { prefix: "npx --package=pnpm@12.1.0 -- " }
facts:
  node: ${node}
  image: node:${node}-trixie-slim@${pin}
  devImage: node:${node}-trixie
  checkout: "acme/checkout@${action}"
`;
const manifest = (types: string) => `{
  "name": {{project.name}},
  "dependencies": { "fastify": "^5.1.0", "kysely": "^0.29.1" },
  "devDependencies": { "@types/node": "^${types}" },
}
`;
const service = (image: string) => `container:\n  image: ${image}\n`;

const versions: { readonly [name: string]: readonly string[] } = {
  fastify: ["5.0.0", "5.1.0", "5.2.0-rc.1", "6.0.0"],
  kysely: ["0.29.1", "0.29.2", "0.30.0"],
  "@types/node": ["24.9.0", "26.1.0", "26.2.0", "27.0.0"],
  pnpm: ["12.1.0"],
};
const tags: { readonly [image: string]: readonly string[] } = {
  "library/postgres": ["latest", "18", "18.4", "18.5", "18.5-alpine", "19.1"],
  "acme/valkey": ["9.1.2", "9.1"],
  "acme/mailpit": ["v1.31.3", "v1.31.4", "1.32.0"],
  "library/node": [
    ...["26.1.0", "26.2.0"].flatMap((version) => [`${version}-trixie-slim`, `${version}-trixie`]),
    "26.3.0-trixie",
  ],
};

/** npm's registry, one of images that wants a token and answers in pages, and the list of Node's releases. */
function answer(request: IncomingMessage, response: ServerResponse): ServerResponse {
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  const reply = (body: unknown, headers = {}) =>
    response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  if (url.pathname === "/node.json")
    return reply(["26.3.0", "26.2.0", "26.1.0", "24.9.0"].map((version) => ({ version: `v${version}` })));
  if (url.pathname === "/token") return reply({ token: `for ${url.searchParams.get("scope")}` });
  const [, image, rest] = /^\/v2\/(.+)\/(tags\/list|manifests\/.+)$/.exec(url.pathname) ?? [];
  if (image !== undefined && rest !== undefined) {
    const scope = `repository:${image}:pull`;
    if (request.headers.authorization !== `Bearer for ${scope}`) {
      const realm = `Bearer realm="${url.origin}/token",service="images",scope="${scope}"`;
      return response.writeHead(401, { "www-authenticate": realm }).end();
    }
    if (rest !== "tags/list") return reply(null, { "docker-content-digest": digest("c") });
    const all = tags[image] ?? [];
    if (url.searchParams.has("last")) return reply({ tags: all.slice(2) });
    const link = { link: `</v2/${image}/tags/list?last=${all[1]}>; rel="next"` };
    return reply({ tags: all.slice(0, 2) }, all.length > 2 ? link : {});
  }
  const name = decodeURIComponent(url.pathname.slice(1));
  const known = versions[name];
  if (known === undefined) return response.writeHead(404).end("{}");
  const entries = known.map((version) => [version, { name, version, dist: {} }]);
  return reply({ name, "dist-tags": { latest: known.at(-1) }, versions: Object.fromEntries(entries) });
}

describe("refresh-facts", () => {
  const server = createServer(answer);
  let work = "";
  let origin = "";

  beforeEach(async () => {
    work = mkdtempSync(join(tmpdir(), "facts-"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    rmSync(work, { recursive: true });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const put = (path: string, text: string) => {
    const file = join(work, "templates", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const read = (path: string) => readFileSync(join(work, "templates", path), "utf8");

  function repository(): string {
    const folder = join(work, "actions/acme/checkout");
    mkdirSync(folder, { recursive: true });
    const git = (...args: string[]) => {
      const identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
      return execFileSync("git", [...identity, ...args], { cwd: folder, encoding: "utf8" }).trim();
    };
    git("init", "--quiet");
    git("commit", "--quiet", "--allow-empty", "--message", "one");
    git("tag", "v7.0.1");
    git("commit", "--quiet", "--allow-empty", "--message", "two");
    git("tag", "--annotate", "v7.1.0", "--message", "seven");
    git("tag", "v7");
    git("tag", "v8.0.0-beta");
    return git("rev-parse", "HEAD");
  }

  function refresh(...args: string[]): Promise<{ readonly code: number; readonly output: string }> {
    const places = [
      "--templates",
      join(work, "templates"),
      "--images",
      origin,
      "--node",
      `${origin}/node.json`,
    ];
    const all = [script, ...places, "--actions", `${join(work, "actions")}/`, "--no-lockfiles", ...args];
    const env = { ...process.env, npm_config_registry: origin, npm_config_cache: join(work, "cache") };
    return new Promise((resolve) => {
      execFile(process.execPath, all, { env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
      });
    });
  }

  it("takes what is newer within a major, names the later majors, and has nothing to do the second time", async () => {
    const commit = repository();
    put("stacks/x/template.yaml", stackFacts("26.1.0", digest("b"), `${oldCommit} # v7.0.1`));
    put("stacks/x/files/package.json.hbs", manifest("26.1.0"));
    put("services/postgres/template.yaml", service("postgres:18.4"));
    put("services/valkey/template.yaml", service("acme/valkey:9.1.2"));
    put("services/smtp/template.yaml", service("acme/mailpit:v1.31.3"));

    const checked = await refresh("--check");
    expect(checked.code).toBe(1);
    expect(read("services/postgres/template.yaml")).toContain("18.4");

    const written = await refresh();
    expect(written).toMatchObject({
      code: 0,
      output: expect.stringContaining("kysely 0.29.1 -> 0.29.2") as string,
    });
    expect(read("services/smtp/template.yaml")).toBe(service("acme/mailpit:v1.31.4"));
    // 26.3.0 has no slim image yet.
    expect(read("stacks/x/template.yaml")).toBe(stackFacts("26.2.0", digest("c"), `${commit} # v7.1.0`));
    expect(read("stacks/x/files/package.json.hbs")).toBe(manifest("26.2.0").replace("^0.29.1", "^0.29.2"));
    expect(read("services/postgres/template.yaml")).toBe(service("postgres:18.5"));
    expect(read("services/valkey/template.yaml")).toBe(service("acme/valkey:9.1.2"));

    const again = await refresh("--check");
    expect(again).toMatchObject({
      code: 0,
      output: expect.stringContaining("0 stale, 0 not known") as string,
    });
  });

  it("says what it could not ask, and leaves it as it is", async () => {
    put("services/postgres/template.yaml", service("postgres:18.4"));
    put("services/other/template.yaml", service("acme/unknown:1.0"));
    put("stacks/x/files/package.json.hbs", '{ "dependencies": { "nobody-has-it": "^1.0.0" } }\n');
    const { code, output } = await refresh();
    expect(code).toBe(2);
    expect(output).toContain(
      "? stacks/x/files/package.json.hbs: nobody-has-it 1.0.0: not known: npm error code E404",
    );
    expect(output).toContain("3 facts, 1 stale, 2 not known");
    expect(read("services/postgres/template.yaml")).toBe(service("postgres:18.5"));
    expect(read("services/other/template.yaml")).toBe(service("acme/unknown:1.0"));
  });
});
