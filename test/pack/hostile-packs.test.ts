import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { Failure } from "../../src/core/failure.ts";
import type { Pack } from "../../src/core/pack/compose.ts";
import { problemOf } from "../../src/core/pack/extension.ts";
import { readManifest } from "../../src/core/pack/manifest.ts";
import type { PackQuestion } from "../../src/core/types.ts";
import { withoutSecret } from "../../src/core/without-secret.ts";
import { checkedAnswers, checkedTarget } from "../../src/io/cli/checked.ts";
import { prepare } from "../../src/io/cli/prepare.ts";
import { reportError } from "../../src/io/cli/report-error.ts";
import { writeFiles } from "../../src/io/cli/write.ts";
import { verifyConsent, verifyPlopfileConsent, withPacks } from "../../src/io/pack/catalogues.ts";
import { configuredNote } from "../../src/io/pack/configuration.ts";
import { keptFiles } from "../../src/io/pack/pack-cache.ts";
import { gitSource, printGitSource } from "../../src/io/pack/read-git.ts";
import { built } from "./built.ts";
import { hostile } from "./hostile-packs.ts";
import {
  folderOf,
  manifest,
  openPlace,
  type Place,
  publish,
  repositoryOf,
  seen,
  tarOf,
} from "./hostile-place.ts";

/** What `create --pack SOURCE --yes` does, but for git and the install that come after. */
async function create({ repo }: Place, source: string, agrees: boolean): Promise<void> {
  const catalogue = withPacks(built, [source]);
  const given = agrees ? (catalogue.packs ?? []).map(({ integrity }) => integrity) : [];
  await verifyConsent(catalogue, { given, mayAsk: false });
  const answers = checkedAnswers(catalogue, { name: "shop" });
  await writeFiles(await prepare({ catalogue, answers, target: checkedTarget(repo), decisions: new Map() }));
}

async function failureOf(work: () => Promise<void>): Promise<unknown> {
  try {
    await work();
    return null;
  } catch (error) {
    return error;
  }
}

/** As the person is told of it. */
function report(error: unknown): { readonly code: number; readonly text: string } {
  const lines: string[] = [];
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  try {
    return { code: reportError(error, []), text: lines.join("").replace(/\u001b\[\d+m/g, "") };
  } finally {
    spy.mockRestore();
  }
}

describe("a pack is refused, and nothing is written, for", () => {
  it.each(hostile)("rule $rule: $what", async ({ rule, make, said }) => {
    const place = openPlace();
    const source = await make(place);
    const before = seen(place);
    const error = await failureOf(() => create(place, source, rule !== 8));
    const after = seen(place);
    expect(after.filter((line) => !before.includes(line)).slice(0, 5)).toEqual([]);
    expect(after).toHaveLength(before.length);
    expect(error).toBeInstanceOf(Failure);
    const { code, text } = report(error);
    expect(code).toBe(2);
    expect(text).toMatch(said);
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    expect((error as Failure).fix.length).toBeGreaterThan(5);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe("what has no effect", () => {
  it("rule 5: hooks, filters, settings and LFS of a repository, which is read as blobs", async () => {
    const place = openPlace();
    const source = repositoryOf(place, [
      { mode: "100644", name: ".gitattributes", of: "* filter=evil merge=evil\n" },
      { mode: "100644", name: ".lfsconfig", of: "[lfs]\nurl = ext::sh -c id\n" },
      { mode: "100644", name: ".gitmodules", of: '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c id\n' },
    ]);
    const evil = `#!/bin/sh\ntouch ${place.around}/evil\n`;
    for (const name of ["post-checkout", "post-upload-pack", "reference-transaction", "pre-auto-gc"])
      place.put(`packs/acme/hooks/${name}`, evil);
    place.put("packs/evil.sh", evil);
    execFileSync("chmod", ["-R", "+x", join(place.pack, "hooks"), join(place.around, "packs/evil.sh")]);
    for (const key of [
      "uploadpack.packObjectsHook",
      "core.fsmonitor",
      "core.sshCommand",
      "filter.evil.smudge",
    ])
      execFileSync("git", ["config", key, join(place.around, "packs/evil.sh")], { cwd: place.pack });
    const before = seen(place);
    await create(place, source, false);
    expect(seen(place).filter((line) => !line.startsWith("/work/shop"))).toEqual(before);
    expect(existsSync(place.repo)).toBe(true);
  });

  it("rule 7: scripts of a package that is fetched", async () => {
    const place = openPlace();
    const touch = `touch ${place.around}/evil`;
    const names = ["preinstall", "install", "postinstall", "prepare", "prepack", "postpack", "prepublish"];
    const scripts = Object.fromEntries(names.map((name) => [name, touch]));
    const bytes = gzipSync(
      tarOf([
        {
          path: "package/package.json",
          text: JSON.stringify({ name: "acme-run", version: "1.0.0", scripts }),
        },
        { path: "package/binding.gyp", text: "{}" },
        { path: "package/.npmrc", text: `script-shell=${place.around}/packs/evil.sh\n` },
        { path: "package/pack.yaml", text: manifest },
      ]),
    );
    const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    await publish(place, { name: "acme-run", bytes, dist: { integrity } });
    const before = seen(place);
    await create(place, "npm:acme-run", false);
    expect(seen(place).filter((line) => !line.startsWith("/work/shop"))).toEqual(before);
  });
});

describe("rule 4: consent", () => {
  const live = (place: Place, step: string) =>
    folderOf(place, { "base/files/.envrc": `${step}\n`, "base/files/x.md": "x" });
  const integrityOf = (source: string) => withPacks(built, [source]).packs?.[0]?.integrity ?? "";
  const agree = (source: string, ...given: string[]) =>
    verifyConsent(withPacks(built, [source]), { given, mayAsk: false });

  it.each<readonly [string, (integrity: string, source: string) => string]>([
    ["CVE-2026-53951: a part of the integrity", (integrity) => integrity.slice(0, 40)],
    ["CVE-2026-53951: the integrity and more", (integrity) => `${integrity}A`],
    ["its name for a hash alone", () => "sha512-"],
    ["the empty text", () => ""],
    ["the name of the pack", () => "acme"],
    ["its source", (_, source) => source],
    ["its source, another way", (_, source) => `${source}/../acme`],
    ["everything", () => "*"],
    ["capitals", (integrity) => integrity.toUpperCase()],
    ["a space before it", (integrity) => ` ${integrity}`],
    ["a property of every object", () => "constructor"],
  ])("isn't given by %s", async (_, given) => {
    const place = openPlace();
    const source = live(place, "one");
    await expect(agree(source, given(integrityOf(source), source))).rejects.toThrow(/run by themselves/);
  });

  it("is to these contents, not to this version or this place", async () => {
    const [place, other] = [openPlace(), openPlace()];
    const source = live(place, "one");
    await agree(source, integrityOf(source));
    await agree(source);
    const same = live(other, "two");
    await expect(agree(same, integrityOf(source))).rejects.toThrow(/run by themselves/);
    await expect(agree(same)).rejects.toThrow(/run by themselves/);
  });

  it("to files isn't consent to a plopfile, nor the other way round", async () => {
    const place = openPlace();
    const source = live(place, "one");
    const integrity = integrityOf(source);
    const plop = { manifest: { name: "acme", version: "1.0.0" }, integrity } as Pack;
    await agree(source, integrity);
    await expect(verifyPlopfileConsent(plop, { given: [], mayAsk: false })).rejects.toThrow(/is a program/);
    const place2 = openPlace();
    const other = live(place2, "three");
    const theirs = { ...plop, integrity: integrityOf(other) };
    await verifyPlopfileConsent(theirs, { given: [theirs.integrity], mayAsk: false });
    await expect(agree(other)).rejects.toThrow(/run by themselves/);
  });

  it("isn't found in a file of settings that is broken, or says it for every object", async () => {
    const place = openPlace();
    const source = live(place, "one");
    const folder = join(place.around, "../own/config/create-twelve-factor");
    mkdirSync(folder, { recursive: true });
    for (const text of [
      "null",
      "[]",
      "true",
      '"sha512-"',
      "{",
      '{"__proto__": {"x": "y"}}',
      '{"": "acme 1.0.0"}',
    ]) {
      writeFileSync(join(folder, "consents.json"), text);
      await expect(agree(source), text).rejects.toThrow(/run by themselves/);
    }
  });
});

describe("rule 4: what is kept of a pack", () => {
  it("is used only where it has the integrity that its name says", () => {
    const place = openPlace();
    const source = folderOf(place, { "base/files/x.md": "x" });
    const { packs = [] } = withPacks(built, [source]);
    const integrity = packs[0]?.integrity ?? "";
    const folder = join(place.around, "../own/cache/create-twelve-factor-packs");
    const [name = ""] = readdirSync(folder).filter((each) => each !== "sources.json");
    const path = join(folder, name);
    const kept = readFileSync(path, "utf8");
    expect(keptFiles(integrity)).toHaveLength(2);
    const evil = Buffer.from("evil").toString("base64");
    const changes: readonly ((entries: [string, boolean, string][]) => unknown)[] = [
      ([first, ...rest]) => [[first?.[0], first?.[1], evil], ...rest],
      ([first, ...rest]) => [[first?.[0], true, first?.[2]], ...rest],
      ([first, ...rest]) => [["base/files/.envrc", false, first?.[2]], ...rest],
      (entries) => [...entries, ["base/files/.envrc", false, evil]],
      (entries) => entries.slice(1),
      (entries) => entries.toReversed(),
      () => null,
      () => "x",
    ];
    for (const [index, change] of changes.entries()) {
      writeFileSync(path, JSON.stringify(change(JSON.parse(kept))));
      expect(keptFiles(integrity), String(index)).toBeNull();
    }
    for (const other of ["../../../secret", `sha512-${"../".repeat(29)}==`, "", `${integrity}/../x`])
      expect(keptFiles(other)).toBeNull();
  });
});

describe("rule 8: a secret in a source", () => {
  const secret = "S3cret";
  it.each([
    `git+https://user:${secret}@127.0.0.1:9/a.git`,
    `git+https://${secret}@127.0.0.1:9/a.git`,
    `git+https://user:p@${secret}@127.0.0.1:9/a.git`,
    `git+https://user:a:${secret}@127.0.0.1:9/a.git`,
    `git+https://127.0.0.1:9/a.git?private_token=${secret}`,
    `git+ssh://git:x@${secret}@127.0.0.1/a.git`,
    `git+file://user:${secret}@/nowhere/a.git`,
    `https://user:${secret}@127.0.0.1:9/a.git#v1`,
    `https://user:${secret}@127.0.0.1/a.tgz`,
    `HTTPS://user:${secret}@127.0.0.1/a.git`,
    `git+HTTPS://user:${secret}@127.0.0.1/a.git`,
    `git+http://user:${secret}@127.0.0.1/a.git`,
    `git+ext::sh -c 'curl https://user:${secret}@127.0.0.1'`,
  ])("is neither recorded nor told: %s", async (source) => {
    const place = openPlace();
    vi.stubEnv("GIT_SSH_COMMAND", "false");
    const error = await failureOf(() => create(place, source, true));
    expect(report(error).code).toBe(2);
    expect(error).toBeInstanceOf(Failure);
    expect(`${report(error).text}${(error as Failure).fix}`).not.toContain(secret);
    expect(withoutSecret(source)).not.toContain(secret);
    const git = gitSource(source);
    expect(git === null ? "" : printGitSource(git)).not.toContain(secret);
    const file = join(place.around, "config.yaml");
    expect(configuredNote(file, [source])).not.toContain(secret);
  });
});

describe("rule 9: a merge of data", () => {
  it("with __proto__ in JSON changes no object but the one that it is in", async () => {
    const place = openPlace();
    const source = folderOf(place, {
      "base/files/package.json":
        '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}\n',
    });
    const error = await failureOf(() => create(place, source, true));
    expect(error === null || error instanceof Failure).toBe(true);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it("takes a pattern that is let in to no end with any answer", () => {
    const at = (pattern: string) =>
      readManifest(`${manifest}questions: { q: { type: string, message: Q, pattern: "${pattern}" } }\n`, "x");
    for (const pattern of ["^a*a*a*a*$", "^[a-z]+[a-z0-9]*[a-z]+x$", "^(a|a)(a|a)(a|a)(a|a)$"]) {
      const [question] = at(pattern).questions;
      const start = performance.now();
      expect(problemOf(question as PackQuestion, `${"a".repeat(100_000)}!`)).not.toBeNull();
      expect(problemOf(question as PackQuestion, `${"a".repeat(199)}!`)).not.toBeNull();
      expect(performance.now() - start).toBeLessThan(10_000);
    }
  });
});
