import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./servers.ts";

/** A server of git on loopback, with what a person's git configuration says to reach it. */
export type GitServer = {
  readonly url: string;
  readonly config: string;
  readonly close: () => Promise<void>;
};

/** Serves the repositories below a folder to one user with a password, by git's own program behind TLS of a CA of its own. */
export async function serveByHttps(folder: string, user: string, password: string): Promise<GitServer> {
  const [key, certificate] = [join(folder, "tls.key"), join(folder, "tls.crt")];
  const subject = ["-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const out = ["-keyout", key, "-out", certificate];
  execFileSync("openssl", ["req", "-x509", ...kind, ...subject, ...out], { stdio: "pipe" });
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(certificate) },
    (request, response) => {
      if (request.headers.authorization !== expected)
        return response.writeHead(401, { "www-authenticate": 'Basic realm="packs"' }).end();
      const { pathname, search } = new URL(request.url ?? "/", "https://loopback");
      const child = spawn("git", ["http-backend"], {
        env: {
          PATH: process.env.PATH,
          GIT_PROJECT_ROOT: folder,
          GIT_HTTP_EXPORT_ALL: "1",
          PATH_INFO: decodeURIComponent(pathname),
          QUERY_STRING: search.slice(1),
          REQUEST_METHOD: request.method,
          CONTENT_TYPE: request.headers["content-type"],
          HTTP_CONTENT_ENCODING: request.headers["content-encoding"] as string | undefined,
          GIT_PROTOCOL: request.headers["git-protocol"] as string | undefined,
          REMOTE_USER: user,
        },
        stdio: ["pipe", "pipe", "ignore"],
      });
      request.pipe(child.stdin);
      answer(child, response);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = join(folder, "credentials");
  writeFileSync(credentials, `${url.replace("//", `//${user}:${password}@`)}\n`);
  return {
    url,
    config: `[http]\n\tsslCAInfo = ${certificate}\n[credential]\n\thelper = store --file=${credentials}\n`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a CGI program writes: headers, an empty line, a body. */
function answer(child: ChildProcess, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk) => chunks.push(chunk));
  child.on("close", () => {
    const whole = Buffer.concat(chunks);
    const end = whole.indexOf("\r\n\r\n");
    let status = 200;
    for (const line of whole.subarray(0, end).toString().split("\r\n")) {
      const [name = "", value = ""] = line.split(": ");
      if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.writeHead(status).end(whole.subarray(end + 4));
  });
}

/** Serves this machine's files to whoever has the key, by sshd with keys of its own. */
export async function serveBySsh(folder: string): Promise<GitServer> {
  const program = ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].find((path) => existsSync(path));
  if (program === undefined)
    throw new Error("There is no sshd. Run: node test/support/run.mjs scripts/verify-tools.ts host");
  for (const name of ["host", "person"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, name)], {
      stdio: "pipe",
    });
  writeFileSync(join(folder, "authorized"), readFileSync(join(folder, "person.pub")), { mode: 0o600 });
  const port = await freePort();
  const settings = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(folder, "host")}`,
    `AuthorizedKeysFile ${join(folder, "authorized")}`,
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "PermitRootLogin prohibit-password",
    "PidFile none",
  ];
  writeFileSync(join(folder, "sshd_config"), `${settings.join("\n")}\n`);
  // Where the system starts none, nobody has made it.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const child = spawn(program, ["-D", "-e", "-f", join(folder, "sshd_config")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  await listening(port, () => {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${said}`);
  });
  const [type = "", key = ""] = readFileSync(join(folder, "host.pub"), "utf8").split(" ");
  writeFileSync(join(folder, "known"), `[127.0.0.1]:${port} ${type} ${key}\n`);
  const options = [
    "IdentitiesOnly=yes",
    "StrictHostKeyChecking=yes",
    `UserKnownHostsFile=${join(folder, "known")}`,
  ];
  const command = `ssh -F none -i ${join(folder, "person")} ${options.map((option) => `-o ${option}`).join(" ")}`;
  return {
    url: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    config: `[core]\n\tsshCommand = "${command}"\n`,
    close: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill();
      }),
  };
}

async function listening(port: number, verify: () => void): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    verify();
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: "127.0.0.1" });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await sleep(50);
  }
  throw new Error(`Nothing listens on ${port}.`);
}
