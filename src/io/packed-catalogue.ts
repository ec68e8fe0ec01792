import type { Catalogue, Json, Layer, Template, TemplateFile } from "../core/types.ts";

/**
 * A catalogue as the build ships it: an index that is parsed at each start, and one text with the bodies of all files,
 * of which only what a repo needs is cut out and, where it is a program or a lockfile, parsed.
 */
export type PackedCatalogue = { readonly index: string; readonly bodies: string };

type Span = readonly [start: number, end: number];
type PackedFile = readonly [
  path: TemplateFile["path"],
  kind: BodyKind,
  span: Span,
  executable: 0 | 1,
  origin: string,
];
type BodyKind = "text" | "program" | "bytes";

type Index = {
  readonly integrity: string;
  readonly templates: readonly {
    readonly kind: Template["kind"];
    readonly id: string;
    readonly definition: Template["definition"];
    readonly layers: readonly {
      readonly condition: readonly string[];
      readonly files: readonly PackedFile[];
    }[];
    readonly lockfiles: readonly (readonly [name: string, span: Span])[];
  }[];
};

/** A digest in a lockfile doesn't compress, so that one that another lockfile has too is only pointed at: `sha512@123`. */
const digest = /sha512-[\w+/]{86}==/g;
const digestLength = "sha512-".length + 88;
const pointer = /sha512@(\d+)/g;

export function packCatalogue(catalogue: Catalogue): PackedCatalogue {
  let bodies = "";
  const places = new Map<string, number>();
  const putLockfile = (data: Json): Span => {
    const text = JSON.stringify(data).replace(digest, (found) => {
      const place = places.get(found);
      return place === undefined ? found : `sha512@${place}`;
    });
    for (const match of text.matchAll(digest)) places.set(match[0], bodies.length + match.index);
    return put(text);
  };
  const put = (text: string): Span => {
    const start = bodies.length;
    bodies += text;
    return [start, bodies.length];
  };
  const file = ({ path, body, executable, origin }: TemplateFile): PackedFile => {
    const flag = executable ? 1 : 0;
    if (typeof body === "string") return [path, "text", put(body), flag, origin];
    if (body instanceof Uint8Array)
      return [path, "bytes", put(Buffer.from(body).toString("base64")), flag, origin];
    return [path, "program", put(JSON.stringify(body.program)), flag, origin];
  };
  const index: Index = {
    integrity: catalogue.integrity,
    templates: catalogue.templates.map(({ kind, id, definition, layers, lockfiles }) => ({
      kind,
      id,
      definition,
      layers: layers.map(({ condition, files }) => ({ condition, files: files.map(file) })),
      lockfiles: Object.entries(lockfiles).map(([name, data]) => [name, putLockfile(data)] as const),
    })),
  };
  return { index: JSON.stringify(index), bodies };
}

export function unpackCatalogue({ index, bodies }: PackedCatalogue): Catalogue {
  const { integrity, templates } = JSON.parse(index) as Index;
  const cut = ([start, end]: Span) => bodies.slice(start, end);
  const whole = (text: string) =>
    text.includes("sha512@")
      ? text.replace(pointer, (_, place) => bodies.slice(Number(place), Number(place) + digestLength))
      : text;
  return {
    integrity,
    templates: templates.map(({ kind, id, definition, layers, lockfiles }) => ({
      kind,
      id,
      definition,
      layers: layers.map(
        ({ condition, files }): Layer => ({ condition, files: files.map((file) => unpackFile(file, cut)) }),
      ),
      lockfiles: Object.defineProperties(
        {},
        Object.fromEntries(
          lockfiles.map(([name, span]) => [
            name,
            { enumerable: true, get: () => JSON.parse(whole(cut(span))) as Json },
          ]),
        ),
      ),
    })),
  };
}

function unpackFile(
  [path, kind, span, executable, origin]: PackedFile,
  cut: (span: Span) => string,
): TemplateFile {
  return {
    path,
    executable: executable === 1,
    origin,
    get body(): TemplateFile["body"] {
      const text = cut(span);
      if (kind === "text") return text;
      return kind === "bytes" ? Buffer.from(text, "base64") : { program: JSON.parse(text) };
    },
  };
}
