import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";

export type Registry = {
  readonly url: string;
  /** What was asked for, to see that nothing else was. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
};

type Manifest = { readonly name: string; readonly version: string };
type Package = { readonly manifest: Manifest; readonly bytes: Uint8Array; readonly file: string };

/** An npm registry on loopback that has these packages, a tarball each, and knows no other. The last of a name is the latest. */
export function openRegistry(...tarballs: readonly string[]): Promise<Registry> {
  return serve(tarballs, null);
}

/** One that answers those alone who bring the token, its tarballs included. */
export function openPrivateRegistry(token: string, ...tarballs: readonly string[]): Promise<Registry> {
  return serve(tarballs, token);
}

async function serve(tarballs: readonly string[], token: string | null): Promise<Registry> {
  const packages = tarballs.map(readPackage);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? "").replace(/\?.*/, ""));
    asked.push(`${request.method} ${path}`);
    if (token !== null && request.headers.authorization !== `Bearer ${token}`)
      return response.writeHead(401, { "content-type": "application/json" }).end("{}");
    if (request.method !== "GET") return response.writeHead(405).end();
    const wanted = packages.find(({ file }) => file === path);
    if (wanted !== undefined) {
      return response.writeHead(200, { "content-type": "application/octet-stream" }).end(wanted.bytes);
    }
    const [, name, version] = /^\/((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    const known = packages.filter(({ manifest }) => manifest.name === name);
    const one = known.find(({ manifest }) => manifest.version === version) ?? known.at(-1);
    if (one === undefined) return response.writeHead(404, { "content-type": "application/json" }).end("{}");
    const body = version === undefined ? packument(known, one, url) : describe(one, url);
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

function readPackage(tarball: string): Package {
  const manifest = JSON.parse(
    execFileSync("tar", ["-xzOf", tarball, "package/package.json"], { encoding: "utf8" }),
  ) as Manifest;
  return { manifest, bytes: readFileSync(tarball), file: `/${manifest.name}/-/${basename(tarball)}` };
}

/** Old enough for those package managers that wait some days before they trust a release. */
const released = "2020-01-01T00:00:00.000Z";

function packument(known: readonly Package[], latest: Package, url: string): object {
  const { name, version } = latest.manifest;
  const each = <T>(value: (one: Package) => T) =>
    Object.fromEntries(known.map((one) => [one.manifest.version, value(one)]));
  return {
    _id: name,
    name,
    "dist-tags": { latest: version },
    versions: each((one) => describe(one, url)),
    time: { created: released, modified: released, ...each(() => released) },
  };
}

function describe({ manifest, bytes, file }: Package, url: string): object {
  const dist = {
    shasum: createHash("sha1").update(bytes).digest("hex"),
    integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
    tarball: `${url}${file}`,
  };
  return { ...manifest, _id: `${manifest.name}@${manifest.version}`, dist };
}
