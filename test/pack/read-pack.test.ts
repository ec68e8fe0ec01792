import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readPack } from "../../src/io/pack/read-pack.ts";

type Files = { readonly [path: string]: string };

function packIn(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), "pack-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries({ "pack.yaml": "name: acme\nversion: 1.0.0\n", ...files }))
    put(folder, path, text);
  return folder;
}

function put(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe("a pack's folder", () => {
  it("is its manifest and its templates, in order, and nothing else", () => {
    const folder = packIn({
      "base/files/b": "b",
      "base/files/a": "a",
      "README.md": "",
      "tests/x.yaml": "",
      "ci/x/template.yaml": "",
    });
    symlinkSync("/etc/passwd", join(folder, "elsewhere"));
    expect(readPack(folder).files.map(({ path }) => path)).toEqual([
      "base/files/a",
      "base/files/b",
      "ci/x/template.yaml",
      "pack.yaml",
    ]);
  });

  it("has an integrity that any change of a byte, a mode or a path changes, and nothing beside them", () => {
    const first = packIn({ "base/files/a": "one", "base/files/b": "" });
    const { integrity } = readPack(first);
    expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    expect(readPack(packIn({ "base/files/a": "one", "base/files/b": "", "README.md": "x" })).integrity).toBe(
      integrity,
    );
    expect(readPack(packIn({ "base/files/a": "two", "base/files/b": "" })).integrity).not.toBe(integrity);
    expect(readPack(packIn({ "base/files/a": "one", "base/files/c": "" })).integrity).not.toBe(integrity);
    expect(readPack(packIn({ "base/files/a": "", "base/files/b": "one" })).integrity).not.toBe(integrity);
    chmodSync(join(first, "base/files/a"), 0o755);
    expect(readPack(first).integrity).not.toBe(integrity);
  });

  it("may itself be named by a link", () => {
    const folder = packIn({ "base/files/a": "a" });
    const link = `${folder}-link`;
    symlinkSync(folder, link);
    onTestFinished(() => rmSync(link));
    expect(readPack(link).files).toHaveLength(2);
  });
});

const hostile: readonly (readonly [what: string, make: (folder: string) => void, said: RegExp])[] = [
  [
    "a link to a private file",
    (at) => symlinkSync("/etc/passwd", join(at, "base/files/x")),
    /base\/files\/x: it is a symbolic link/,
  ],
  [
    "a link to a file of its own",
    (at) => symlinkSync("a", join(at, "base/files/x")),
    /base\/files\/x: it is a symbolic link/,
  ],
  [
    "a chain of links",
    (at) => {
      symlinkSync("y", join(at, "base/files/x"));
      symlinkSync("/etc/passwd", join(at, "base/files/y"));
    },
    /symbolic link/,
  ],
  ["a dangling link", (at) => symlinkSync("/nowhere/at/all", join(at, "base/files/x")), /symbolic link/],
  ["a link that leads to itself", (at) => symlinkSync("x", join(at, "base/files/x")), /symbolic link/],
  [
    "a link to a folder",
    (at) => symlinkSync("/etc", join(at, "base/files/etc")),
    /base\/files\/etc: it is a symbolic link/,
  ],
  [
    "a folder of templates that is a link",
    (at) => symlinkSync("/etc", join(at, "services")),
    /services: it is a symbolic link/,
  ],
  [
    "a template that is a link",
    (at) => {
      mkdirSync(join(at, "services"));
      symlinkSync("/etc", join(at, "services/etc"));
    },
    /services\/etc: it is a symbolic link/,
  ],
  [
    "a manifest that is a link",
    (at) => {
      rmSync(join(at, "pack.yaml"));
      symlinkSync("/etc/passwd", join(at, "pack.yaml"));
    },
    /pack\.yaml: it is a symbolic link/,
  ],
  ["a hard link", (at) => linkSync(join(at, "base/files/a"), join(at, "base/files/x")), /it is a hard link/],
  [
    "a pipe",
    (at) => {
      execFileSync("mkfifo", [join(at, "base/files/x")]);
    },
    /neither a file nor a folder/,
  ],
  [
    "git's own directory",
    (at) => put(at, "base/files/.git/hooks/post-checkout", ""),
    /acme:base\/files\/\.git\/.*git's own directory/,
  ],
  ["git's own directory in disguise", (at) => put(at, "base/files/.GIT./config", ""), /git's own directory/],
  [
    "git's own directory as NTFS has it",
    (at) => put(at, "base/files/GIT~1/config", ""),
    /git's own directory/,
  ],
  [
    "the journal of a repo",
    (at) => put(at, "base/files/.twelve-factor/plan.json", ""),
    /acme:base\/files\/\.twelve-factor\/.*journal/,
  ],
  ["the receipt", (at) => put(at, "base/files/.twelve-factor.json.hbs", "{}"), /it is the receipt/],
  [
    "names that differ by case",
    (at) => {
      put(at, "base/files/README.md", "");
      put(at, "base/files/readme.md", "");
    },
    /some systems take it/,
  ],
  [
    "names that differ by normalisation",
    (at) => {
      put(at, "base/files/caf\u00e9", "");
      put(at, "base/files/cafe\u0301", "");
    },
    /some systems take it/,
  ],
  [
    "folders that differ by case",
    (at) => {
      put(at, "base/files/A/x", "");
      put(at, "base/files/a2", "");
      put(at, "base/files/a_/x", "");
      put(at, "base/files/A_/y", "");
    },
    /some systems take it/,
  ],
  ["a name that Windows keeps", (at) => put(at, "base/files/aux.txt", ""), /reserved name on Windows/],
  ["a backslash", (at) => put(at, "base/files/..\\x", ""), /backslash/],
  ["a line end in a name", (at) => put(at, "base/files/a\nb", ""), /Windows refuses/],
  [
    "a name that is no Unicode",
    (at) => writeFileSync(Buffer.concat([Buffer.from(join(at, "base/files/")), Buffer.from([0xff])]), ""),
    /no file name has|can't be read/,
  ],
  [
    "a file without end",
    (at) => {
      put(at, "base/files/x", "");
      truncateSync(join(at, "base/files/x"), 9 * 1024 * 1024);
    },
    /larger than 8 MB/,
  ],
  ["folders without end", (at) => put(at, `base/files/${"d/".repeat(32)}x`, ""), /too deep/],
  [
    "a folder called as a kind",
    (at) => put(at, "service/kafka/template.yaml", ""),
    /^service: nothing reads it/,
  ],
  ["no manifest", (at) => rmSync(join(at, "pack.yaml")), /there is no pack\.yaml/],
  [
    "a manifest that is a folder",
    (at) => {
      rmSync(join(at, "pack.yaml"));
      mkdirSync(join(at, "pack.yaml"));
    },
    /there is no pack\.yaml/,
  ],
];

describe("a pack's folder is refused for", () => {
  it.each(hostile)("%s", (_, make, said) => {
    const folder = packIn({ "base/files/a": "a" });
    make(folder);
    expect(() => readPack(folder)).toThrow(said);
  });

  it("being a file, or not being there", () => {
    expect(() => readPack(join(packIn({}), "pack.yaml"))).toThrow(/can't be read/);
    expect(() => readPack("/nowhere/at/all")).toThrow(/isn't there/);
  });

  it("more files than a pack may have", () => {
    const folder = packIn({});
    mkdirSync(join(folder, "base/files"), { recursive: true });
    for (let index = 0; index <= 20_000; index++) writeFileSync(join(folder, `base/files/f${index}`), "");
    expect(() => readPack(folder)).toThrow(/more than 20000 files/);
  });
});
