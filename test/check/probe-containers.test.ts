import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Engine, findEngine } from "../../src/check/probe/containers.ts";
import { factsIn } from "../../src/check/probe/scenarios/traced.ts";
import { composeService, runComposeService } from "../../src/check/probe/services/compose.ts";
import { openSession } from "../../src/check/probe/session.ts";

let directory: string;
const path = process.env.PATH;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "containers-"));
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(directory, { recursive: true });
});

describe("a container engine", () => {
  test("what it runs for a probe is removed at the end", async () => {
    const log = join(directory, "log");
    writeFileSync(
      join(directory, "docker"),
      `#!/bin/sh\necho "$*" >>'${log}'\ncase $1 in ps) echo c1 ;; esac\n`,
    );
    chmodSync(join(directory, "docker"), 0o755);
    process.env.PATH = `${directory}${delimiter}${path}`;
    const session = openSession();
    const engine = await findEngine(session);
    expect(engine?.program).toBe("docker");
    expect(engine?.mark).toEqual(["--label", `twelve-factor-check=${session.id}`]);
    session.close();
    expect(existsSync(session.directory)).toBe(false);
    expect(readFileSync(log, "utf8").split("\n")).toEqual([
      "info",
      `ps -aq --filter label=twelve-factor-check=${session.id}`,
      "rm -f -v c1",
      `image ls -q --filter label=twelve-factor-check=${session.id}`,
      "",
    ]);
  });

  test("runs the service of the compose file on a port of its own", async () => {
    writeFileSync(
      join(directory, "compose.yaml"),
      `services:
  app: { build: . }
  db:
    image: postgres:18
    environment: { POSTGRES_PASSWORD: app, HOST: "\${HOST}" }
    healthcheck: { test: [CMD, pg_isready, -U, "$$USER"] }
  cache: { image: "valkey/valkey:9", command: valkey-server --save "" }
`,
    );
    expect(composeService(directory, "mysql", 3306)).toBe(null);
    expect(composeService(directory, "redis", 6379)).toMatchObject({
      image: "valkey/valkey:9",
      healthcheck: null,
    });
    const service = composeService(directory, "postgres", 5432);
    expect(service).toMatchObject({
      environment: ["POSTGRES_PASSWORD=app"],
      healthcheck: "'pg_isready' '-U' '$USER'",
    });
    const asked: string[] = [];
    const answers: { readonly [verb: string]: string } = {
      run: "c1",
      port: "127.0.0.1:41234",
      inspect: "healthy",
    };
    const engine: Engine = {
      program: "docker",
      mark: ["--label", "x=y"],
      run: async ([verb = "", ...args]) => {
        asked.push([verb, ...args].join(" "));
        return answers[verb] ?? null;
      },
    };
    if (!service) throw new Error("no service");
    const running = await runComposeService(engine, service, "postgres://app:app@127.0.0.1:5432/app");
    expect("url" in running && running.url("a")).toBe("postgres://app:app@127.0.0.1:41234/app");
    expect(asked[0]).toContain("run --detach --publish 127.0.0.1::5432 --label x=y --health-cmd");
  });
});

test("the system calls of a process: its system log, its writes, its tools", () => {
  const lab = {
    session: { directory: "/tmp/s" },
    tripwires: { directory: "/tmp/s/tripwires", calls: () => [] },
  };
  const log = `7 execve("/tmp/s/tripwires/git", ["git"], 0x1 /* 2 vars */) = 0
7 execve("/usr/bin/curl", ["curl"], 0x1 /* 2 vars */) = -1 ENOENT (No such file or directory)
8 execve("/usr/bin/convert", ["convert", "a"], 0x1 /* 2 vars */ <unfinished ...>
7 connect(3, {sa_family=AF_UNIX, sun_path="/dev/log"}, 110) = -1 ENOENT (No such file or directory)
8 <... execve resumed>) = 0
7 openat(AT_FDCWD, "/etc/hosts", O_RDONLY|O_CLOEXEC) = 4
7 openat(AT_FDCWD, "/var/lib/a", O_WRONLY|O_CREAT, 0666) = 5
7 openat(AT_FDCWD, "/var/lib/b", O_WRONLY|O_CREAT, 0666) = -1 EACCES (Permission denied)
7 openat(AT_FDCWD, "/tmp/s/src/c", O_WRONLY) = 5
7 openat(AT_FDCWD, "/dev/null", O_RDWR) = 5
7 rename("/tmp/s/c", "/srv/d") = 0
`;
  expect(factsIn(log, lab)).toEqual({
    syslog: ["/dev/log"],
    written: ["/var/lib/a", "/srv/d"],
    tools: ["/usr/bin/convert"],
  });
});
