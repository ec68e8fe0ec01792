import { execFile, spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type Launched, launch } from "../../src/check/probe/launch.ts";
import type { Session } from "../../src/check/probe/session.ts";
import { until } from "../../src/check/probe/wait.ts";
import { isInstalled, tools } from "./tools.ts";

/** A container engine of our own: no bridge, no firewall rules, its data in the session's directory. */
export type Engine = {
  /** Runs `docker …` to its end; rejects with its output when it fails. */
  readonly docker: (args: readonly string[], options?: DockerOptions) => Promise<string>;
  /** What a shell needs to speak to this engine. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
};

export type DockerOptions = { readonly cwd?: string; readonly timeoutMs?: number };

export async function startEngine(session: Session): Promise<Engine> {
  if (!isInstalled(tools.engine)) throw new Error("The engine is not installed.");
  const folder = join(session.directory, "engine");
  const programs = join(tools.engine, "usr");
  const plugins = join(folder, "config", "cli-plugins");
  mkdirSync(plugins, { recursive: true });
  for (const name of readdirSync(join(programs, "libexec", "docker", "cli-plugins"))) {
    symlinkSync(join(programs, "libexec", "docker", "cli-plugins", name), join(plugins, name));
  }
  const environment = {
    PATH: `${join(programs, "sbin")}:${join(programs, "bin")}:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: folder,
    DOCKER_HOST: `unix://${join(folder, "socket")}`,
    DOCKER_CONFIG: join(folder, "config"),
    DOCKER_BUILDKIT: "1",
  };
  const flags = [
    `--data-root=${join(folder, "data")}`,
    `--exec-root=${join(folder, "exec")}`,
    `--pidfile=${join(folder, "pid")}`,
    `--host=${environment.DOCKER_HOST}`,
    "--bridge=none",
    "--iptables=false",
    "--ip6tables=false",
    "--ip-forward=false",
    "--ip-masq=false",
    "--exec-opt=native.cgroupdriver=cgroupfs",
    "--default-ulimit=nofile=1024:1024",
    "--default-ulimit=nproc=4096:4096",
  ];
  const daemon = launch(session, {
    line: `exec dockerd ${flags.join(" ")}`,
    cwd: folder,
    environment,
    // What it mounts is gone with it.
    prefix: ["unshare", "--mount", "--propagation", "private", "--"],
  });
  const docker: Engine["docker"] = (args, { cwd = folder, timeoutMs = 120_000 } = {}) =>
    new Promise((resolve, reject) => {
      const limits = { cwd, env: environment, timeout: timeoutMs, maxBuffer: 1 << 26 };
      execFile("docker", [...args], limits, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else
          reject(
            new Error(
              `docker ${args[0]} failed:\n${`${stdout}${stderr}`.trim().split("\n").slice(-20).join("\n")}`,
            ),
          );
      });
    });
  const isUp = await until(
    () =>
      daemon.exit() === null
        ? docker(["version"], { timeoutMs: 5_000 }).then(
            () => true,
            () => false,
          )
        : true,
    { timeoutMs: 30_000, everyMs: 100 },
  );
  if (isUp === null || daemon.exit() !== null) {
    const words = lastWords(daemon);
    await daemon.stop();
    throw new Error(`The engine did not come up: ${words}`);
  }
  return {
    docker,
    environment,
    stop: async () => {
      daemon.signal("SIGTERM");
      await daemon.exitWithin(3_000);
      await daemon.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Gives the engine local stand-ins for official base images, under their names. */
export async function makeBaseImages(
  engine: Engine,
  session: Session,
  names: readonly string[],
): Promise<void> {
  for (const [index, base] of baseImages.entries()) {
    const tags = names.filter((name) => base.serves.test(name)).flatMap((name) => ["--tag", name]);
    if (tags.length === 0) continue;
    const context = join(session.directory, `base-image-${index}`);
    mkdirSync(join(context, "certificates"), { recursive: true });
    if (existsSync(authorities))
      copyFileSync(authorities, join(context, "certificates", "ca-certificates.crt"));
    base.prepare(context);
    writeFileSync(join(context, "Dockerfile"), `${base.lines.join("\n")}\n`);
    await engine.docker(["build", "--quiet", "--network=host", ...tags, "."], {
      cwd: context,
      timeoutMs: 180_000,
    });
    rmSync(context, { recursive: true, force: true });
  }
  const unknown = names.filter((name) => !baseImages.some(({ serves }) => serves.test(name)));
  if (unknown.length > 0) throw new Error(`There is no stand-in for ${unknown.join(", ")}.`);
}

type BaseImage = {
  /** The names of the images that it stands in for. */
  readonly serves: RegExp;
  /** Puts what it is made of into the build context. */
  readonly prepare: (context: string) => void;
  readonly lines: readonly string[];
};

const authorities = "/etc/ssl/certs/ca-certificates.crt";
/** Where the interpreter that `tools.python314` is was made to look for its libraries. */
const pythonRoot = join(tools.python314, "..", "..", "..");
const debian = ["FROM scratch", "ADD root.tar /", "COPY certificates/ /etc/ssl/certs/"];

/** The certificates are for hosts whose registries have one of their own; the official images have nothing of them. */
const baseImages: readonly BaseImage[] = [
  {
    serves: /^node:/,
    prepare: (context) => {
      linkOrCopy(tools.baseImage, join(context, "root.tar"));
      linkOrCopy(join(tools.node26, "node"), join(context, "node"));
      cpSync(join(tools.npmBin, "..", "npm"), join(context, "npm"), { recursive: true });
    },
    lines: [
      ...debian,
      "COPY node /usr/local/bin/",
      "COPY npm /usr/local/lib/node_modules/npm",
      "RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \\",
      " && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \\",
      " && mkdir -p /usr/local/etc \\",
      ` && echo 'cafile=${authorities}' > /usr/local/etc/npmrc \\`,
      " && groupadd --gid 1000 node && useradd --uid 1000 --gid node --create-home node",
      `ENV NODE_EXTRA_CA_CERTS=${authorities}`,
      'CMD ["node"]',
    ],
  },
  {
    serves: /^python:/,
    prepare: (context) => {
      linkOrCopy(tools.baseImage, join(context, "root.tar"));
      cpSync(pythonRoot, join(context, "python"), { recursive: true, verbatimSymlinks: true });
    },
    lines: [
      ...debian,
      `COPY python ${pythonRoot}`,
      "RUN for name in python python3 python3.14; do \\",
      `   ln -s ${tools.python314} /usr/local/bin/$name; \\`,
      " done",
      `ENV SSL_CERT_FILE=${authorities}`,
      'CMD ["python3"]',
    ],
  },
  {
    serves: /\/uv:/,
    prepare: (context) => linkOrCopy(join(tools.python, "uv"), join(context, "uv")),
    lines: ["FROM scratch", "COPY uv /uv"],
  },
];

/** Gives the engine a local stand-in for an official image of Valkey under its name: the root that our servers run in. */
export async function makeServiceImage(engine: Engine, session: Session, name: string): Promise<void> {
  const archive = join(session.directory, "services.tar");
  const found = spawnSync("tar", [
    "-cf",
    archive,
    "-C",
    tools.services,
    "--exclude=./proc/*",
    "--exclude=./dev/*",
    ".",
  ]);
  if (found.status !== 0) throw new Error(`The services can't be packed: ${found.stderr}`);
  await engine.docker(
    [
      "import",
      "--change=WORKDIR /data",
      "--change=ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      archive,
      name,
    ],
    { timeoutMs: 120_000 },
  );
  rmSync(archive);
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

function lastWords({ output }: Launched): string {
  return output
    .lines()
    .slice(-4)
    .map(({ text }) => text)
    .join(" | ");
}
