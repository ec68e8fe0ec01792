/** A DNS label: what every platform, registry and container engine that we emit for accepts. */
const label = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

const reservedBy: ReadonlyMap<string, string> = new Map([
  ...words(
    "a file name that Windows reserves",
    "con prn aux nul clock com1 com2 com3 com4 com5 com6 com7 com8 com9",
  ),
  ...words("a file name that Windows reserves", "lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9"),
  ...words("a name that the npm registry refuses", "node-modules favicon-ico package-json package-lock"),
  ...words(
    "a module of Node.js",
    "assert async-hooks buffer cluster console constants crypto dgram diagnostics-channel dns domain events fs http " +
      "http2 https inspector module net os path perf-hooks process punycode querystring readline repl stream " +
      "string-decoder sys test timers tls trace-events tty url util v8 vm wasi worker-threads zlib",
  ),
  ...words(
    "a reserved word of a language that we emit",
    "abstract and as assert async await boolean break case catch chan class const continue debugger def default defer " +
      "del delete do elif else enum except export extends fallthrough false final finally for from func function " +
      "global go goto if implements import in instanceof interface is lambda let map match new nonlocal none not null " +
      "or package pass private protected public raise range return select static struct super switch this throw " +
      "throws true try type typeof undefined var void while with yield",
  ),
  ...words(
    "a name that a database or a platform keeps for itself",
    "postgres mysql root admin template0 template1 main",
  ),
  ...words(
    "a name of the standard library",
    "builtin builtins stdlib unsafe internal vendor site-packages pip",
  ),
]);

/** Why `name` can't name a repo, or null where it can. The rule holds for every stack and platform at once. */
export function nameProblem(name: string): string | null {
  if (name === "") return "A name is needed.";
  if (!label.test(name)) {
    return "A name has 1 to 63 lower-case letters, digits and hyphens, begins with a letter and doesn't end with a hyphen.";
  }
  if (name.startsWith("xn--") || name.slice(2, 4) === "--")
    return "A name has no two hyphens at its third place.";
  const reserved = reservedBy.get(name);
  return reserved === undefined ? null : `"${name}" is ${reserved}.`;
}

/** What NFKD splits off from Latin letters; without \p{M}, whose tables take milliseconds to build at each start. */
const combiningMarks = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/g;

/** The nearest good name, for a suggestion and as the default of a directory's name. */
export function nameFrom(text: string): string {
  const plain = text
    .normalize("NFKD")
    .replace(combiningMarks, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .replace(/-{2,}/g, "-")
    .slice(0, 63)
    .replace(/-+$/, "");
  if (nameProblem(plain) === null) return plain;
  return plain === "" ? "my-app" : nameFrom(`${plain.slice(0, 59)}-app`);
}

function words(reason: string, list: string): [string, string][] {
  return list.split(" ").map((word) => [word, reason]);
}
