import { kindFolders } from "../core/catalogue.ts";
import type { Catalogue, Json, Layer, Template, TemplateFile } from "../core/types.ts";

/**
 * A catalogue as the build ships it: an index that is parsed at each start, and the bodies of all files, of which only what
 * a repo needs becomes text and, where it is a program or a lockfile, is parsed. Both are ASCII.
 */
export type PackedCatalogue = { readonly index: string; readonly bodies: Buffer };

/**
 * Bodies follow one another in the order of the index, so that a length says where each is. The origin of a file follows
 * from its path; one whose path is a program has it written down.
 */
type PackedFile = readonly [path: TemplateFile["path"], length: number, flags: number, origin?: string];

const flagsOf = { executable: 1, template: 2, program: 4, bytes: 8, escaped: 16 } as const;

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
    readonly lockfiles: readonly (readonly [name: string, length: number])[];
  }[];
};

/** A digest in a lockfile doesn't compress, so that one that another lockfile has too is only pointed at: `sha512@123`. */
const digest = /sha512-[\w+/]{86}==/g;
const digestLength = "sha512-".length + 88;
const pointer = /sha512@(\d+)/g;

export function packCatalogue(catalogue: Catalogue): PackedCatalogue {
  let bodies = "";
  const digests = new Map<string, number>();
  const put = (text: string): number => {
    bodies += text;
    return text.length;
  };
  const file = ({ path, body, executable, origin }: TemplateFile): PackedFile => {
    const flags = (executable ? flagsOf.executable : 0) | (origin.endsWith(".hbs") ? flagsOf.template : 0);
    const rest: [] | [string] = typeof path === "string" ? [] : [origin];
    if (typeof body === "string") {
      if (isAscii(body)) return [path, put(body), flags, ...rest];
      return [path, put(asciiJson(body)), flags | flagsOf.escaped, ...rest];
    }
    if (body instanceof Uint8Array) {
      return [path, put(Buffer.from(body).toString("base64")), flags | flagsOf.bytes, ...rest];
    }
    return [path, put(asciiJson(body.program)), flags | flagsOf.program, ...rest];
  };
  const lockfile = (data: Json): number => {
    const text = asciiJson(data).replace(digest, (found) => {
      const place = digests.get(found);
      return place === undefined ? found : `sha512@${place}`;
    });
    for (const match of text.matchAll(digest)) digests.set(match[0], bodies.length + match.index);
    return put(text);
  };
  const index: Index = {
    integrity: catalogue.integrity,
    templates: catalogue.templates.map(({ kind, id, definition, layers, lockfiles }) => ({
      kind,
      id,
      definition,
      layers: layers.map(({ condition, files }) => ({ condition, files: files.map(file) })),
      lockfiles: Object.entries(lockfiles).map(([name, data]) => [name, lockfile(data)] as const),
    })),
  };
  return { index: asciiJson(index), bodies: Buffer.from(bodies, "latin1") };
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

function asciiJson(data: unknown): string {
  return JSON.stringify(data).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export function unpackCatalogue({ index, bodies }: PackedCatalogue): Catalogue {
  const { integrity, templates } = JSON.parse(index) as Index;
  let place = 0;
  const skip = (length: number): number => {
    place += length;
    return place - length;
  };
  return {
    integrity,
    templates: templates.map(({ kind, id, definition, layers, lockfiles }) => {
      const folder = kind === "base" ? kind : `${kindFolders[kind]}/${id}`;
      return {
        kind,
        id,
        definition,
        layers: layers.map(
          ({ condition, files }) =>
            new PackedLayer(bodies, {
              condition,
              folder,
              files,
              start: skip(files.reduce((sum, [, length]) => sum + length, 0)),
            }),
        ),
        lockfiles: Object.defineProperties(
          {},
          Object.fromEntries(
            lockfiles.map(([name, length]) => {
              const start = skip(length);
              return [name, { enumerable: true, get: () => unpackLockfile(bodies, start, length) }];
            }),
          ),
        ),
      };
    }),
  };
}

function unpackLockfile(bodies: Buffer, start: number, length: number): Json {
  const text = bodies.toString("latin1", start, start + length);
  const whole = text.includes("sha512@")
    ? text.replace(pointer, (_, at) => bodies.toString("latin1", Number(at), Number(at) + digestLength))
    : text;
  return JSON.parse(whole) as Json;
}

/** Its files are unpacked when they are asked for: a repo takes those of few layers. */
class PackedLayer implements Layer {
  readonly condition: readonly string[];
  readonly #bodies: Buffer;
  readonly #folder: string;
  readonly #packed: readonly PackedFile[];
  readonly #start: number;
  #files: readonly TemplateFile[] | undefined;

  constructor(
    bodies: Buffer,
    layer: { condition: readonly string[]; folder: string; files: readonly PackedFile[]; start: number },
  ) {
    this.condition = layer.condition;
    this.#bodies = bodies;
    this.#folder = layer.folder;
    this.#packed = layer.files;
    this.#start = layer.start;
  }

  get files(): readonly TemplateFile[] {
    this.#files ??= this.#unpack();
    return this.#files;
  }

  #unpack(): readonly TemplateFile[] {
    const layer = `${this.#folder}/${["files", ...this.condition].join("+")}`;
    let start = this.#start;
    return this.#packed.map((file) => {
      start += file[1];
      return new PackedTemplateFile(this.#bodies, file, layer, start - file[1]);
    });
  }
}

class PackedTemplateFile implements TemplateFile {
  readonly path: TemplateFile["path"];
  readonly executable: boolean;
  readonly origin: string;
  readonly #bodies: Buffer;
  readonly #start: number;
  readonly #length: number;
  readonly #flags: number;

  constructor(bodies: Buffer, [path, length, flags, origin]: PackedFile, layer: string, start: number) {
    this.path = path;
    this.executable = (flags & flagsOf.executable) !== 0;
    this.origin = origin ?? `${layer}/${path}${(flags & flagsOf.template) === 0 ? "" : ".hbs"}`;
    this.#bodies = bodies;
    this.#start = start;
    this.#length = length;
    this.#flags = flags;
  }

  get body(): TemplateFile["body"] {
    const text = this.#bodies.toString("latin1", this.#start, this.#start + this.#length);
    if ((this.#flags & flagsOf.program) !== 0) return { program: JSON.parse(text) };
    if ((this.#flags & flagsOf.escaped) !== 0) return JSON.parse(text) as string;
    return (this.#flags & flagsOf.bytes) === 0 ? text : Buffer.from(text, "base64");
  }
}
