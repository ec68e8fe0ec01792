import { createServer, type Socket } from "node:net";
import { freePort } from "../ports.ts";
import type { ServiceAdapter } from "./adapter.ts";

/** Stands in for a mail server: it takes every mail of whoever knows the password, and nothing goes out. */
export const smtp: ServiceAdapter = {
  kind: "an SMTP server of check's own",
  schemes: ["smtp"],
  defaultPort: 25,
  keepsPath: true,
  start: async ({ signal }, secret) => {
    const { port, close } = await openMailServer((password) => password === secret);
    signal.addEventListener("abort", close, { once: true });
    return { url: () => `smtp://app:${secret}@127.0.0.1:${port}`, fingerprint: null, separates: false };
  },
};

export type MailServer = {
  readonly port: number;
  readonly mails: readonly string[];
  readonly close: () => void;
};

export async function openMailServer(knows: (password: string) => boolean): Promise<MailServer> {
  const port = await freePort();
  const mails: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    converse(socket, { knows, mails });
  });
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { port, mails, close };
}

type Conversation = { readonly knows: (password: string) => boolean; readonly mails: string[] };

function converse(socket: Socket, { knows, mails }: Conversation): void {
  const say = (line: string) => socket.write(`${line}\r\n`);
  const login = (plain: string) => {
    const [, , password = ""] = Buffer.from(plain, "base64").toString().split("\0");
    say(knows(password) ? "235 Welcome" : "535 Wrong password");
  };
  let rest = "";
  let state: "command" | "login" | "mail" = "command";
  const hear = (line: string) => {
    if (state === "login") {
      state = "command";
      return login(line);
    }
    const [verb = "", argument = "", credentials] = line.toUpperCase().startsWith("AUTH")
      ? line.split(" ")
      : [line.slice(0, 4)];
    switch (verb.toUpperCase()) {
      case "EHLO":
        return say("250-check\r\n250 AUTH PLAIN");
      case "AUTH":
        if (argument.toUpperCase() !== "PLAIN") return say("504 Only PLAIN");
        if (credentials !== undefined) return login(credentials);
        state = "login";
        return say("334 ");
      case "DATA":
        state = "mail";
        return say("354 Go on");
      case "QUIT":
        return socket.end("221 Bye\r\n");
      default:
        return say("250 Fine");
    }
  };
  say("220 check");
  socket.setEncoding("utf8").on("data", (data) => {
    rest += data;
    for (;;) {
      const end = state === "mail" ? "\r\n.\r\n" : "\r\n";
      const at = rest.indexOf(end);
      if (at < 0) return;
      const heard = rest.slice(0, at);
      rest = rest.slice(at + end.length);
      if (state !== "mail") hear(heard);
      else {
        mails.push(heard);
        state = "command";
        say("250 Taken");
      }
    }
  });
}
