import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import manifest from "../../package.json" with { type: "json" };

export type Registry = {
  readonly url: string;
  /** What was asked for, to see that nothing else was. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
};

/** An npm registry on loopback that has one package, the tarball, and knows no other. */
export async function openRegistry(tarball: string): Promise<Registry> {
  const bytes = readFileSync(tarball);
  const asked: string[] = [];
  const file = `/${manifest.name}/-/${basename(tarball)}`;
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? "").replace(/\?.*/, ""));
    asked.push(`${request.method} ${path}`);
    if (request.method !== "GET") return response.writeHead(405).end();
    if (path === file)
      return response.writeHead(200, { "content-type": "application/octet-stream" }).end(bytes);
    const [name, wanted] = path.slice(1).split("/");
    if (name !== manifest.name)
      return response.writeHead(404, { "content-type": "application/json" }).end("{}");
    const version = {
      ...manifest,
      _id: `${name}@${manifest.version}`,
      dist: { ...digests(bytes), tarball: `${url}${file}` },
    };
    const body =
      wanted === undefined
        ? {
            _id: name,
            name,
            "dist-tags": { latest: manifest.version },
            versions: { [manifest.version]: version },
            time: { created: released, modified: released, [manifest.version]: released },
          }
        : version;
    return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Old enough for those package managers that wait some days before they trust a release. */
const released = "2020-01-01T00:00:00.000Z";

function digests(bytes: Uint8Array) {
  return {
    shasum: createHash("sha1").update(bytes).digest("hex"),
    integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
  };
}
