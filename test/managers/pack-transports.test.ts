import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type GitServer, serveByHttps, serveBySsh } from "../support/git-servers.ts";
import { personalPlace } from "../support/personal-place.ts";
import { openPrivateRegistry } from "../support/registry.ts";

const quiet = ["--yes", "--no-install"];

function workplace() {
  const place = personalPlace((cwd) => ({ GIT_CONFIG_GLOBAL: join(cwd, "gitconfig") }));
  const { cwd, env, put, read, run } = place;
  const release = (version: string, team: string) => {
    put("acme/pack.yaml", `name: acme-standards\nversion: ${version}\n`);
    put("acme/base/files/OWNERS.md", `${team}\n`);
    put("acme/package.json", JSON.stringify({ name: "@acme/standards", version }));
  };
  const git = (...args: string[]) => place.git("acme", ...args);
  const commit = () => {
    place.commit("acme");
    git("push", "--quiet", "--tags", join(cwd, "packs/acme.git"), "main");
  };
  put("gitconfig", "");
  release("1.0.0", "Team A");
  return { cwd, env, put, release, git, commit, run, read };
}

type Place = ReturnType<typeof workplace>;

/** Creates from a source, updates to a new version, and does without the source. */
async function follow(
  place: Place,
  source: string,
  secret: string,
  steps: { update: () => void; end: () => Promise<void> },
) {
  const { cwd, run, read } = place;
  const made = await run("", "shop", ...quiet, "--pack", source);
  expect(made.code, made.stderr).toBe(0);
  expect(read("shop/OWNERS.md")).toBe("Team A\n");
  steps.update();
  const updated = await run("shop", "update", ...quiet);
  expect(updated.code, updated.stderr).toBe(0);
  expect(read("shop/OWNERS.md")).toBe("Team B\n");
  await steps.end();
  const offline = await run("", "other", ...quiet, "--pack", source);
  expect(offline.code, offline.stderr).toBe(0);
  expect(offline.stderr).toContain("The copy that was fetched last is used.");
  expect(read("other/OWNERS.md")).toBe("Team B\n");
  rmSync(join(cwd, "cache"), { recursive: true });
  const gone = await run("", "third", ...quiet, "--pack", source);
  expect(gone).toMatchObject({ code: 2 });
  expect(existsSync(join(cwd, "third"))).toBe(false);
  for (const text of [
    read("shop/.twelve-factor.json"),
    made.stdout,
    made.stderr,
    updated.stderr,
    offline.stderr,
    gone.stderr,
  ])
    expect(text).not.toContain(secret);
}

describe("a private pack", () => {
  it("comes from a registry that wants a token, which the person's npm has", async () => {
    const place = workplace();
    const { cwd, env, put, release, run } = place;
    const packed = (version: string, team: string) => {
      release(version, team);
      execFileSync("tar", [
        "-czf",
        join(cwd, `standards-${version}.tgz`),
        "--transform",
        "s,^acme,package,",
        "-C",
        cwd,
        "acme",
      ]);
      return join(cwd, `standards-${version}.tgz`);
    };
    const [secret, one, two] = ["npm_S3cretT0ken", packed("1.0.0", "Team A"), packed("1.1.0", "Team B")];
    const registries = [await openPrivateRegistry(secret, one), await openPrivateRegistry(secret, one, two)];
    for (const registry of registries) onTestFinished(() => registry.close());
    env.npm_config_userconfig = join(cwd, "npmrc");
    const configure = (at: number, token: string) => {
      const url = registries[at]?.url ?? "";
      put(
        "npmrc",
        `@acme:registry=${url}/\n${url.replace("http:", "")}/:_authToken=${token}\ncache=${join(cwd, `npm-cache-${at}`)}\n`,
      );
    };
    configure(0, "wrong");
    const refused = await run("", "shop", ...quiet, "--pack", "@acme/standards");
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toMatch(/npm can't fetch the pack @acme\/standards: .*401/);
    configure(0, secret);
    await follow(place, "@acme/standards", secret, {
      update: () => configure(1, secret),
      end: async () => {
        await registries[1]?.close();
        rmSync(join(cwd, "npm-cache-1"), { recursive: true });
      },
    });
  });

  it.each<readonly [string, (folder: string) => Promise<GitServer>, string]>([
    [
      "https with a password and a CA of its own",
      (folder) => serveByHttps(folder, "builder", "S3cretPassw0rd"),
      "S3cretPassw0rd",
    ],
    ["ssh with a key", serveBySsh, "PRIVATE KEY"],
  ])("comes from git over %s, which the person's git has", async (_, serve, secret) => {
    const place = workplace();
    const { cwd, put, git, commit, release, run } = place;
    mkdirSync(join(cwd, "packs"));
    git("init", "--quiet", "--initial-branch=main");
    git("init", "--quiet", "--bare", "--initial-branch=main", join(cwd, "packs/acme.git"));
    commit();
    const server = await serve(join(cwd, "packs"));
    let isOpen = true;
    const close = async () => {
      if (isOpen) await server.close();
      isOpen = false;
    };
    onTestFinished(close);
    const path = server.url.startsWith("ssh:") ? join(cwd, "packs/acme.git") : "/acme.git";
    const source = `git+${server.url}${path}#main`;
    const refused = await run("", "shop", ...quiet, "--pack", source);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain("git can't read the pack");
    put("gitconfig", server.config);
    await follow(place, source, secret, {
      update: () => {
        release("1.1.0", "Team B");
        commit();
      },
      end: close,
    });
  });
});
