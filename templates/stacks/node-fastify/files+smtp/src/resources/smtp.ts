import { createTransport } from "nodemailer";
import type { Log } from "../log.ts";

export type Smtp = ReturnType<typeof connect>;

export type Mail = {
  /** The same for a mail that is sent again, so that who gets both can tell. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
};

export function connect(url: string, log: Log) {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const sender = decodeURIComponent(pathname.slice(1));
  const transport = createTransport({
    pool: true,
    host: hostname,
    port: port === "" ? undefined : Number(port),
    secure: protocol === "smtps:",
    auth:
      username === ""
        ? undefined
        : { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 10_000,
    idleTimeout: 30_000,
  });
  transport.on("error", (error) => log.warn({ err: error }, "smtp connection lost"));
  return {
    sender,
    /** Resolves when the server has taken the mail. A mail that it refuses goes out with the next attempt of its job. */
    send: async ({ id, ...mail }: Mail) => {
      const [, domain = hostname] = sender.split("@");
      await transport.sendMail({ ...mail, from: sender, messageId: `<${id}@${domain}>` });
    },
    ping: async () => {
      await transport.verify();
    },
    refused: (error: unknown) =>
      error instanceof Error && "code" in error && error.code === "EAUTH",
    close: async () => transport.close(),
  };
}
