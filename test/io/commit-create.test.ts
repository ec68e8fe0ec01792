import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Failure } from "../../src/core/failure.ts";
import { createDirectory } from "../../src/io/commit/create-directory.ts";
import {
  bundleChild,
  type ChildRequest,
  discard,
  inPairs,
  runChild,
  scratch,
  snapshot,
  treeOf,
} from "./commit-scenario.ts";

const files = {
  "package.json": '{ "name": "mine" }\n',
  "bin/dev": "#!/bin/sh\n",
  "src/deep/er/index.ts": `export const x = "${"long ".repeat(500)}";\n`,
  "docs/windows.txt": "one\r\ntwo\r\n",
};
const directory = scratch("create");
const unprivileged = process.getuid?.() === 0 ? { uid: 65534 } : {};
let script = "";
let parent = "";
let count = 0;

beforeAll(async () => {
  chmodSync(directory, 0o755);
  script = await bundleChild(directory);
});
afterAll(() => discard(directory));
beforeEach(() => {
  parent = join(directory, `parent-${count++}`);
  mkdirSync(parent);
});

const child = (request: ChildRequest) => runChild([process.execPath, script], request);
const create = (root: string, tree = treeOf(files)) => createDirectory({ root, tree });
const code = (work: () => void) => {
  try {
    work();
  } catch (error) {
    return error instanceof Failure ? error.code : error;
  }
  return null;
};

describe("createDirectory", () => {
  it("writes every byte and the executable bits, reports its progress, and leaves nothing beside it", () => {
    const root = join(parent, "new");
    const bytes = Uint8Array.of(0, 255, 13, 10);
    const progress: string[] = [];
    createDirectory({
      root,
      tree: new Map([...treeOf(files), ["logo.png", { content: bytes, executable: false }]]),
      onProgress: (written, total) => progress.push(`${written}/${total}`),
    });
    for (const [path, content] of Object.entries(files)) {
      expect(readFileSync(join(root, path), "utf8")).toBe(content);
      expect((statSync(join(root, path)).mode & 0o111) !== 0, path).toBe(path === "bin/dev");
    }
    expect(Uint8Array.from(readFileSync(join(root, "logo.png")))).toEqual(bytes);
    expect(progress).toEqual(["1/5", "2/5", "3/5", "4/5", "5/5"]);
    expect(readdirSync(parent)).toEqual(["new"]);
  });

  it("moves over an empty directory and keeps its mode", () => {
    const root = join(parent, "empty");
    mkdirSync(root);
    chmodSync(root, 0o750);
    create(root);
    expect(Object.keys(snapshot(root))).toContain("bin/dev");
    expect(statSync(root).mode & 0o777).toBe(0o750);
  });

  it("follows a link that is given as the root itself", () => {
    mkdirSync(join(parent, "real"));
    symlinkSync("real", join(parent, "link"));
    create(join(parent, "link"));
    expect(readdirSync(join(parent, "real"))).toContain("package.json");
  });

  it("makes the parents that are missing", () => {
    create(join(parent, "a/b/c"));
    expect(readdirSync(join(parent, "a/b/c"))).toContain("package.json");
    expect(readdirSync(parent)).toEqual(["a"]);
  });

  it("fills the directory in which the process stands, so that its shell stays in it", async () => {
    const here = statSync(parent).ino;
    const { report } = await child({ verb: "create", root: ".", files, cwd: parent });
    expect(report?.failure).toBeUndefined();
    expect(statSync(parent).ino).toBe(here);
    expect(readdirSync(parent).sort()).toEqual(["bin", "docs", "package.json", "src"]);
  });

  it("fills an empty directory whose parent may not be written", async () => {
    const root = join(parent, "mine");
    mkdirSync(root, { mode: 0o777 });
    chmodSync(root, 0o777);
    chmodSync(parent, 0o555);
    const { report } = await child({ verb: "create", root, files, ...unprivileged });
    expect(report?.failure).toBeUndefined();
    expect(readdirSync(root).sort()).toEqual(["bin", "docs", "package.json", "src"]);
    chmodSync(parent, 0o755);
  });
});

describe("createDirectory refuses, and leaves nothing", () => {
  it.each([
    ["a directory with files", "full", "directory-not-empty"],
    ["a file", "full/file", "path-refused"],
    ["a place below a file", "full/file/new/app", "path-refused"],
    ["a link that leads nowhere", "dangling", "path-refused"],
  ])("%s", (_, path, expected) => {
    mkdirSync(join(parent, "full"));
    writeFileSync(join(parent, "full/file"), "x");
    symlinkSync("nowhere", join(parent, "dangling"));
    const before = snapshot(parent);
    expect(code(() => create(join(parent, path)))).toBe(expected);
    expect(snapshot(parent)).toEqual(before);
  });

  it("a tree with a path that cannot be written", () => {
    expect(code(() => create(join(parent, "a/b"), treeOf({ "ok.txt": "", "../escape.txt": "" })))).toBe(
      "path-refused",
    );
    expect(readdirSync(parent)).toEqual([]);
  });

  it("a parent that may not be written", async () => {
    chmodSync(parent, 0o555);
    const { report } = await child({ verb: "create", root: join(parent, "a/b"), files, ...unprivileged });
    expect(report?.failure).toMatchObject({ code: "no-permission", state: "Nothing was written." });
    expect(readdirSync(parent)).toEqual([]);
  });

  it("a place that someone fills meanwhile, whose files it keeps", () => {
    const root = join(parent, "raced");
    const race = (name: string) => {
      if (name !== "tree-written") return;
      mkdirSync(root);
      writeFileSync(join(root, "theirs.txt"), "theirs\n");
    };
    expect(code(() => createDirectory({ root, tree: treeOf(files), onStep: race }))).toBe(
      "directory-not-empty",
    );
    expect(readdirSync(root)).toEqual(["theirs.txt"]);
    expect(readdirSync(parent)).toEqual(["raced"]);
  });

  it("a file that cannot be written halfway", () => {
    const root = join(parent, "a/b");
    const before = snapshot(parent);
    let seen = 0;
    const obstruct = (name: string) => {
      const staging = readdirSync(parent)[0] ?? "";
      if (name === "file-written" && seen++ === 0)
        mkdirSync(join(parent, staging, "b/bin"), { recursive: true });
      if (name === "file-written" && seen === 1) writeFileSync(join(parent, staging, "b/src"), "in the way");
    };
    expect(code(() => createDirectory({ root, tree: treeOf(files), onStep: obstruct }))).not.toBeNull();
    expect(snapshot(parent)).toEqual(before);
  });
});

describe("createDirectory, interrupted", () => {
  it("by kill -9 at any step leaves no directory or a whole one, and the next run removes the rest", async () => {
    const trial = await child({ verb: "create", root: join(parent, "trial/app"), files });
    const steps = trial.report?.steps ?? [];
    const whole = snapshot(join(parent, "trial"));
    expect(steps.length).toBeGreaterThan(8);
    await inPairs([...steps.keys()], async (killAt) => {
      const place = `${parent}-${killAt}`;
      mkdirSync(place);
      const { signal } = await child({ verb: "create", root: join(place, "trial/app"), files, killAt });
      expect(signal).toBe("SIGKILL");
      const at = `step ${killAt}, ${steps[killAt]}`;
      expect(existsSync(join(place, "trial")), at).toBe(steps[killAt] === "moved");
      if (steps[killAt] !== "moved") create(join(place, "trial/app"));
      expect(snapshot(join(place, "trial")), at).toEqual(whole);
      expect(readdirSync(place), at).toEqual(["trial"]);
    });
  });

  it("keeps what another run is staging beside it", () => {
    const beside = () => readdirSync(parent).filter((name) => name.startsWith(".twelve-factor-"));
    createDirectory({
      root: join(parent, "one"),
      tree: treeOf(files),
      onStep: (name) => {
        if (name !== "tree-written") return;
        create(join(parent, "two"));
        expect(beside()).toHaveLength(1);
      },
    });
    expect(readdirSync(parent).sort()).toEqual(["one", "two"]);
  });

  it("by SIGINT ends whole, and exits 130", async () => {
    for (const interruptAt of [0, 4, 9]) {
      const root = join(parent, `app-${interruptAt}`);
      const result = await child({ verb: "create", root, files, interruptAt });
      expect({ code: result.code, signal: result.signal }).toEqual({ code: 130, signal: null });
      expect(Object.keys(snapshot(root))).toContain("docs/windows.txt");
    }
    expect(readdirSync(parent).sort()).toEqual(["app-0", "app-4", "app-9"]);
  });
});

describe("createDirectory on a full disk", () => {
  it("leaves nothing, whatever the size of the disk", async () => {
    // A limit on the size of a file is what any user may set; it refuses a write halfway, as a full disk does.
    const root = join(parent, "a/app");
    const limited = `ulimit -f 1; exec "$0" "$@"`;
    const { report } = await runChild(["sh", "-c", limited, process.execPath, script], {
      verb: "create",
      root,
      files,
    });
    expect(report?.failure).toMatchObject({ code: "no-space", state: "Nothing was written." });
    expect(readdirSync(parent)).toEqual([]);
    cpSync(script, join(parent, "still-works"));
  });
});
