import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import { onTestFinished, vi } from "vitest";

export const manifest = "name: acme\nversion: 1.0.0\n";

/** Where a hostile pack lies, with what it might reach around it. */
export type Place = {
  /** A folder whose every byte is compared afterwards; the canaries are in it. */
  readonly around: string;
  readonly pack: string;
  readonly repo: string;
  readonly put: (path: string, content: string | Uint8Array) => void;
};

export type Entry = {
  readonly path: string;
  readonly text?: string | Uint8Array;
  readonly type?: string;
  readonly mode?: string;
  readonly link?: string;
  /** What the header says of the length, where that isn't the truth. */
  readonly size?: string | Uint8Array;
};

/** With caches, settings and temporary files of its own, so that whatever else changes is seen. */
export function openPlace(): Place {
  const all = realpathSync(mkdtempSync(join(tmpdir(), "hostile-")));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(all, { recursive: true, force: true });
  });
  const own = (name: string) => join(all, "own", name);
  for (const name of ["cache", "config", "tmp"]) mkdirSync(own(name), { recursive: true });
  vi.stubEnv("XDG_CACHE_HOME", own("cache"));
  vi.stubEnv("XDG_CONFIG_HOME", own("config"));
  vi.stubEnv("TMPDIR", own("tmp"));
  vi.stubEnv("GIT_CONFIG_GLOBAL", "/dev/null");
  vi.stubEnv("npm_config_userconfig", own("npmrc"));
  vi.stubEnv("npm_config_cache", own("npm-cache"));
  const around = join(all, "around");
  const put = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(around, path)), { recursive: true });
    writeFileSync(join(around, path), content);
  };
  put("secret.txt", "canary");
  put("outside/file", "canary");
  put("work/beside.txt", "canary");
  return { around, pack: join(around, "packs/acme"), repo: join(around, "work/shop"), put };
}

/** Paths, kinds, modes and contents; of links where they lead. What was left in the folder for temporary files, too. */
export function seen({ around }: Place): readonly string[] {
  const left = readdirSync(join(around, "../own/tmp")).map((name) => `left ${name}`);
  const visit = (path: string): readonly string[] => {
    const stats = lstatSync(path);
    const line = `${path.slice(around.length)} ${stats.mode.toString(8)}`;
    if (stats.isDirectory())
      return [
        line,
        ...readdirSync(path)
          .sort()
          .flatMap((name) => visit(join(path, name))),
      ];
    if (stats.isSymbolicLink()) return [`${line} ${readlinkSync(path)}`];
    if (!stats.isFile()) return [line];
    const content = stats.size > 1 << 24 ? String(stats.size) : readFileSync(path);
    return [`${line} ${createHash("sha1").update(content).digest("hex")}`];
  };
  return [...visit(around), ...left];
}

export type Files = { readonly [path: string]: string };

export function folderOf(place: Place, files: Files): string {
  for (const [path, text] of Object.entries({ "pack.yaml": manifest, ...files }))
    place.put(join("packs/acme", path), text);
  return place.pack;
}

/** A tar archive, byte for byte as asked, so that it can also be what no program would write. */
export function tarOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ path, text = "", type = "0", mode = "0000644", link = "", size }) => {
    const content = Buffer.from(text as string);
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write(mode, 100);
    if (size instanceof Uint8Array) header.set(size, 124);
    else header.write(size ?? content.length.toString(8).padStart(11, "0"), 124);
    header.write("        ", 148);
    header.write(type, 156);
    header.write(link, 157);
    header.write("ustar\x0000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** A record of a pax header, `path` for the path of the entry that follows. */
export function pax(key: string, value: string): Entry {
  const line = ` ${key}=${value}\n`;
  const length = Buffer.byteLength(line);
  const digits = String(length + String(length).length).length;
  return { path: "pax", type: "x", text: `${length + digits}${line}` };
}

export function tarballOf(place: Place, entries: readonly Entry[], level = 6): string {
  place.put(
    "packs/acme.tgz",
    gzipSync(tarOf([{ path: "package/pack.yaml", text: manifest }, ...entries]), { level }),
  );
  return `${place.pack}.tgz`;
}

/** An entry of a git tree, which git itself would not have let in. */
export type TreeEntry = {
  readonly mode: string;
  readonly name: string;
  readonly of: string | readonly TreeEntry[];
};

/** A repository whose trees are written byte by byte. */
export function repositoryOf(place: Place, entries: readonly TreeEntry[]): string {
  mkdirSync(place.pack, { recursive: true });
  const git = (args: readonly string[], input: string | Uint8Array = "") =>
    execFileSync("git", [...args], { cwd: place.pack, input, stdio: ["pipe", "pipe", "ignore"] })
      .toString()
      .trim();
  git(["init", "--quiet", "--bare", "--initial-branch=main", "."]);
  const blob = (text: string) => git(["hash-object", "-w", "--stdin"], text);
  const tree = (of: readonly TreeEntry[]): string => {
    const lines = of.map(({ mode, name, of: inner }) => {
      const id = mode === "160000" ? "1".repeat(40) : typeof inner === "string" ? blob(inner) : tree(inner);
      return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]);
    });
    return git(["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], Buffer.concat(lines));
  };
  const root = tree([...entries, { mode: "100644", name: "pack.yaml", of: manifest }]);
  const who = "T <t@example.com> 1700000000 +0000";
  const commit = git(
    ["hash-object", "-t", "commit", "-w", "--stdin"],
    `tree ${root}\nauthor ${who}\ncommitter ${who}\n\nx\n`,
  );
  git(["update-ref", "refs/heads/main", commit]);
  return `git+file://${place.pack}#main`;
}

export type Published = {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly dist: { readonly [key: string]: string };
};

/** A registry on loopback with one package, in a thread of its own: whoever asks waits for the answer. */
export async function publish(place: Place, { name, bytes, dist }: Published): Promise<void> {
  const worker = new Worker(
    `const { parentPort, workerData: { name, bytes, dist } } = require("node:worker_threads");
const server = require("node:http").createServer((request, response) => {
  if (request.url.endsWith(".tgz")) return response.end(bytes);
  const tarball = "http://127.0.0.1:" + server.address().port + "/" + name + ".tgz";
  const version = { name, version: "1.0.0", dist: { tarball, ...dist } };
  response.end(JSON.stringify({ name, "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } }));
});
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`,
    { eval: true, workerData: { name, bytes, dist } },
  );
  onTestFinished(async () => void (await worker.terminate()));
  const port = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  writeFileSync(join(place.around, "../own/npmrc"), `registry=http://127.0.0.1:${port}/\n`);
}
