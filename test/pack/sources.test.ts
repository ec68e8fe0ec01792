import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { filesInGit, gitSource, printGitSource } from "../../src/io/pack/read-git.ts";
import { npmSource } from "../../src/io/pack/read-npm.ts";
import { packOf } from "../../src/io/pack/read-pack.ts";
import { filesInTarball } from "../../src/io/pack/read-tarball.ts";

type Entry = {
  readonly path: string;
  readonly text?: string;
  readonly type?: string;
  readonly mode?: number;
  readonly link?: string;
};

/** A tar archive, byte for byte as asked, so that it can also be what no program would write. */
function tarOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ path, text = "", type = "0", mode = 0o644, link = "" }) => {
    const header = Buffer.alloc(512);
    const put = (value: string, at: number) => header.write(value, at, "utf8");
    put(path, 0);
    put(mode.toString(8).padStart(7, "0"), 100);
    put(Buffer.byteLength(text).toString(8).padStart(11, "0"), 124);
    put("        ", 148);
    put(type, 156);
    put(link, 157);
    put("ustar\x0000", 257);
    put(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
      148,
    );
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
    body.write(text);
    return [header, body];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const manifest = { path: "package/pack.yaml", text: "name: acme\nversion: 1.0.0\n" };
const read = (...entries: readonly Entry[]) =>
  packOf(filesInTarball(gzipSync(tarOf([manifest, ...entries])), "x.tgz"), "x.tgz");
const paths = (...entries: readonly Entry[]) => read(...entries).files.map(({ path }) => path);
const record = (path: string) => {
  const line = ` path=${path}\n`;
  return `${line.length + String(line.length).length}${line}`;
};

describe("a tarball", () => {
  it("is the pack that lies in its one folder, with modes", () => {
    const { files } = read(
      { path: "package/", type: "5" },
      { path: "package/base/files/run", text: "x", mode: 0o755 },
      { path: "package/README.md", text: "x" },
    );
    expect(files.map(({ path, executable }) => [path, executable])).toEqual([
      ["base/files/run", true],
      ["pack.yaml", false],
    ]);
  });

  it("may have long names, as pax and GNU write them", () => {
    const long = `package/base/files/${"d/".repeat(15)}${"n".repeat(90)}.md`;
    const expected = [long.slice("package/".length), "pack.yaml"];
    expect(paths({ path: "pax", type: "x", text: record(long) }, { path: "short", text: "x" })).toEqual(
      expected,
    );
    expect(
      paths({ path: "././@LongLink", type: "L", text: `${long}\0` }, { path: "short", text: "x" }),
    ).toEqual(expected);
  });

  it("of tar itself is read alike", () => {
    const folder = mkdtempSync(join(tmpdir(), "pack-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, "acme/base/files"), { recursive: true });
    writeFileSync(join(folder, "acme/pack.yaml"), manifest.text);
    writeFileSync(join(folder, "acme/base/files/a"), "a");
    const bytes = execFileSync("tar", ["-cz", "-C", folder, "acme"]);
    expect(filesInTarball(bytes, "x.tgz").map(({ path }) => path)).toEqual(["base/files/a", "pack.yaml"]);
  });

  it.each<readonly [string, Entry, RegExp]>([
    ["a symbolic link", { path: "package/base/files/x", type: "2", link: "/etc/passwd" }, /it is a link/],
    ["a hard link", { path: "package/base/files/x", type: "1", link: "/etc/passwd" }, /it is a link/],
    ["a link beside the templates", { path: "package/x", type: "2", link: "base" }, /it is a link/],
    ["a device", { path: "package/base/files/x", type: "3" }, /neither a file nor a folder/],
    ["a pipe", { path: "package/base/files/x", type: "6" }, /neither a file nor a folder/],
    ["a path that leads upwards", { path: "package/base/files/../../../x" }, /segment/],
    ["an absolute path", { path: "/etc/passwd" }, /it is absolute/],
    ["a file beside its folder", { path: "other/base/files/x" }, /lies beside/],
    ["git's own directory", { path: "package/base/files/.git/config" }, /git's own directory/],
    ["a file twice", { path: "package/pack.yaml", text: manifest.text }, /occurs twice/],
  ])("is refused for %s", (_, entry, said) => {
    expect(() => read(entry)).toThrow(said);
  });

  it("is refused for names that differ by case", () => {
    const two = [{ path: "package/base/files/a" }, { path: "package/base/files/A" }];
    expect(() => read(...two)).toThrow(/some systems take it/);
  });

  it("is refused for a path of a pax record that leads upwards", () => {
    const entries = [{ path: "pax", type: "x", text: record("package/base/../../../x") }, { path: "short" }];
    expect(() => read(...entries)).toThrow(/segment/);
  });

  it("is refused for what unpacks to much more than it is, before it is unpacked", () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    const start = performance.now();
    expect(() => filesInTarball(bomb, "x.tgz")).toThrow(/more than a pack may have/);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it("is refused where it is cut off, damaged, or none", () => {
    const whole = tarOf([manifest, { path: "package/base/files/x", text: "x".repeat(5000) }]);
    expect(() => filesInTarball(gzipSync(whole.subarray(0, 2048)), "x.tgz")).toThrow(/ends too early/);
    const damaged = Buffer.from(whole);
    damaged[3] = 65;
    expect(() => filesInTarball(gzipSync(damaged), "x.tgz")).toThrow(/damaged/);
    expect(() => filesInTarball(gzipSync(whole).subarray(0, 100), "x.tgz")).toThrow(/isn't a tarball/);
    expect(() => filesInTarball(Buffer.from("text"), "x.tgz")).toThrow(/isn't a tarball/);
  });
});

function repository(files: { readonly [path: string]: string }) {
  const folder = mkdtempSync(join(tmpdir(), "pack-git-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  git("init", "--quiet", "--initial-branch=main");
  const write = (more: { readonly [path: string]: string }) => {
    for (const [path, text] of Object.entries(more)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };
  const commit = () => {
    git("add", "--all");
    git("commit", "--quiet", "--message", "Change");
  };
  write(files);
  commit();
  return { folder, git, write, commit, url: `git+file://${folder}` };
}

function inGit(source: string) {
  const parsed = gitSource(source);
  if (parsed === null) throw new Error(`${source} is no git source`);
  return filesInGit(parsed, source).map(({ path, content }) => `${path} ${Buffer.from(content).toString()}`);
}

describe("a git repository", () => {
  it("is read at a branch, a tag or a commit, whole or a folder of it", () => {
    const { url, git, write, commit } = repository({
      "pack.yaml": "1",
      "base/files/a": "one",
      "README.md": "x",
    });
    git("tag", "v1");
    const first = git("rev-parse", "HEAD").trim();
    write({ "base/files/a": "two", "packs/b/pack.yaml": "b", "packs/b/base/files/\u00fc \n": "ü" });
    commit();
    expect(inGit(url)).toEqual(["base/files/a two", "pack.yaml 1"]);
    expect(inGit(`${url}#v1`)).toEqual(["base/files/a one", "pack.yaml 1"]);
    expect(inGit(`${url}#${first}`)).toEqual(["base/files/a one", "pack.yaml 1"]);
    expect(inGit(`${url}#main:packs/b`)).toEqual(["base/files/\u00fc \n ü", "pack.yaml b"]);
    expect(() => inGit(`${url}#v2`)).toThrow(/git can't read the pack/);
    expect(() => inGit(`${url}#v1:packs/b`)).toThrow(/git can't read the pack/);
  });

  it("runs nothing of the repository, and none of its filters", () => {
    const { url, write, commit } = repository({ "pack.yaml": "1" });
    write({
      ".gitattributes": "* filter=evil eol=crlf\n",
      ".lfsconfig": "[lfs]\nurl = ext::false\n",
      "base/files/a": "a\n",
    });
    commit();
    expect(inGit(url)).toEqual(["base/files/a a\n", "pack.yaml 1"]);
  });

  it("is refused for a link and for a submodule", () => {
    const one = repository({ "pack.yaml": "1", "base/files/a": "a" });
    symlinkSync("/etc/passwd", join(one.folder, "base/files/x"));
    one.commit();
    expect(() => inGit(one.url)).toThrow(/base\/files\/x: it is a symbolic link/);
    const two = repository({ "pack.yaml": "1" });
    two.git("update-index", "--add", "--cacheinfo", `160000,${two.git("rev-parse", "HEAD").trim()},base`);
    two.git("commit", "--quiet", "--message", "Submodule");
    expect(() => inGit(two.url)).toThrow(/base: it is a submodule/);
  });

  it.each([
    ["git+ext::sh -c touch% x", /isn't to be asked there/],
    ["git+http://example.com/x.git", /isn't to be asked there/],
    ["git+ssh://-oProxyCommand=touch/x.git", /isn't to be asked there/],
    ["git+ssh://git@-oProxyCommand=touch/x.git", /isn't to be asked there/],
    ["git+file:///nowhere#--upload-pack=touch", /can't be a ref/],
    ["git+file:///nowhere#a..b", /can't be a ref/],
    ["git+file:///nowhere#main:../x", /leads elsewhere/],
    ["git+https://-x.example/x.git", /isn't to be asked there/],
  ])("is refused at %s", (source, said) => {
    expect(() => inGit(source)).toThrow(said);
  });
});

describe("a source", () => {
  it.each([
    ["git+https://user:s3cret@example.com/a.git#v1:sub", "git+https://example.com/a.git#v1:sub"],
    ["git+https://t0ken@example.com/a.git", "git+https://example.com/a.git"],
    ["git+ssh://git:s3cret@example.com/a.git#v1", "git+ssh://git@example.com/a.git#v1"],
    ["git@example.com:acme/packs.git#v1:node/", "git+ssh://git@example.com/acme/packs.git#v1:node"],
    ["https://example.com/a.git#v1", "git+https://example.com/a.git#v1"],
  ])("%s is recorded without what is secret", (given, recorded) => {
    const source = gitSource(given);
    expect(source && printGitSource(source)).toBe(recorded);
    const again = gitSource(recorded);
    expect(again && printGitSource(again)).toBe(recorded);
  });

  it("of npm is a name, with a version or a range, and nothing that npm would take for something else", () => {
    for (const spec of ["acme", "@acme/pack", "@acme/pack@1.2.0", "acme@^1.2", "npm:acme@next"])
      expect(npmSource(spec), spec).toBe(spec.replace("npm:", ""));
    for (const spec of [
      "--flag",
      "./acme",
      "../acme",
      "acme@file:x",
      "acme@https://x",
      "github:a/b",
      "a/b",
      "acme@npm:x",
      "a b",
    ])
      expect(npmSource(spec), spec).toBeNull();
  });
});
