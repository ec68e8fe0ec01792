import { request as send } from "node:http";
import { connect, type Socket } from "node:net";

export type HttpRequest = {
  readonly port: number;
  readonly host?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  readonly timeoutMs?: number;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly cookies: readonly string[];
  readonly body: string;
  readonly ms: number;
};

/** `broken`: the connection ended before the answer was complete. */
export type HttpFault = {
  readonly fault: "refused" | "broken" | "timeout" | "not-http";
  readonly ms: number;
};

const bodyLimit = 1 << 20;

/** One request on its own connection; reads at most 1 MiB of the answer. Never throws. */
export function httpRequest(parts: HttpRequest): Promise<HttpAnswer | HttpFault> {
  const {
    port,
    host = "127.0.0.1",
    method = "GET",
    path = "/",
    headers = {},
    body,
    timeoutMs = 2_000,
  } = parts;
  const started = performance.now();
  const elapsed = () => Math.round(performance.now() - started);
  return new Promise((resolve) => {
    const settle = (result: HttpAnswer | HttpFault) => {
      clearTimeout(timer);
      resolve(result);
      request.destroy();
    };
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const request = send({
      port,
      host,
      method,
      path,
      headers: { connection: "close", ...length, ...headers },
      agent: false,
    });
    const timer = setTimeout(() => settle({ fault: "timeout", ms: elapsed() }), timeoutMs);
    request.on("error", (error) => settle({ fault: faultOf(error), ms: elapsed() }));
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const finish = () =>
        settle({
          status: response.statusCode ?? 0,
          headers: flatHeaders(response.headers),
          cookies: response.headers["set-cookie"] ?? [],
          body: Buffer.concat(chunks).toString("utf8"),
          ms: elapsed(),
        });
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > bodyLimit) finish();
      });
      response.on("end", () => (response.complete ? finish() : settle({ fault: "broken", ms: elapsed() })));
      response.on("error", () => settle({ fault: "broken", ms: elapsed() }));
    });
    request.end(body);
  });
}

export const isAnswer = (result: HttpAnswer | HttpFault): result is HttpAnswer => "status" in result;

/** A connection of its own for what an HTTP client hides: idle keep-alive, half a request. */
export type RawConnection = {
  readonly write: (text: string) => void;
  readonly received: () => string;
  readonly closed: () => boolean;
  readonly destroy: () => void;
};

export function openRaw(port: number, timeoutMs = 2_000): Promise<RawConnection | null> {
  return new Promise((resolve) => {
    let text = "";
    let closed = false;
    const socket: Socket = connect({ port, host: "127.0.0.1" });
    const timer = setTimeout(() => socket.destroy(), timeoutMs);
    socket.on("data", (chunk) => {
      if (text.length < bodyLimit) text += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.once("end", () => {
      closed = true;
    });
    socket.once("close", () => {
      closed = true;
      clearTimeout(timer);
      resolve(null);
    });
    socket.once("connect", () => {
      clearTimeout(timer);
      resolve({
        write: (data) => void socket.write(data),
        received: () => text,
        closed: () => closed,
        destroy: () => void socket.destroy(),
      });
    });
  });
}

/** Whether somebody accepts connections there. */
export async function accepts(port: number): Promise<boolean> {
  const connection = await openRaw(port, 1_000);
  connection?.destroy();
  return connection !== null;
}

function faultOf(error: Error): HttpFault["fault"] {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code === "ECONNREFUSED") return "refused";
  return code.startsWith("HPE_") ? "not-http" : "broken";
}

function flatHeaders(headers: NodeJS.Dict<string | string[]>): { [name: string]: string } {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join("; ") : (value ?? ""),
    ]),
  );
}
