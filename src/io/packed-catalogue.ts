import { kindFolders } from "../core/catalogue.ts";
import type { Catalogue, Json, Layer, Plan, Template, TemplateFile } from "../core/types.ts";

/**
 * A catalogue as the build ships it: an index that is parsed at each start, and the bodies of all files, of which only what
 * a repo needs becomes text and, where it is a program or a lockfile, is parsed. All are ASCII. What the plan of the first
 * choice needs is in `bodies`; whoever chose something else asks for `rest` too, which is shipped smaller.
 */
export type PackedCatalogue = {
  readonly index: string;
  readonly bodies: Buffer;
  readonly rest: () => Buffer;
};

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
      readonly rest?: true;
    }[];
    readonly lockfiles: readonly (readonly [name: string, length: number, rest?: true])[];
  }[];
};

/** A digest in a lockfile doesn't compress, so that one that `bodies` has already is only pointed at: `sha512@123`. */
const digest = /sha512-[\w+/]{86}==/g;
const digestLength = "sha512-".length + 88;
const pointer = /sha512@(\d+)/g;

export function packCatalogue(catalogue: Catalogue, first: Plan): PackedCatalogue {
  const read = new Set(first.layers.map(({ layer }) => layer));
  const bodies = new Bodies();
  const rest = new Bodies();
  const digests = new Map<string, number>();
  const lockfile = (to: Bodies, data: Json): number => {
    const text = asciiJson(data).replace(digest, (found) => {
      const place = digests.get(found);
      return place === undefined ? found : `sha512@${place}`;
    });
    if (to === bodies) {
      for (const match of text.matchAll(digest)) digests.set(match[0], to.text.length + match.index);
    }
    return to.put(text);
  };
  const index: Index = {
    integrity: catalogue.integrity,
    templates: catalogue.templates.map(({ kind, id, definition, layers, lockfiles }) => ({
      kind,
      id,
      definition,
      layers: layers.map((layer) => {
        const { condition, files } = layer;
        if (read.has(layer)) return { condition, files: files.map((file) => bodies.file(file)) };
        return { condition, files: files.map((file) => rest.file(file)), rest: true };
      }),
      lockfiles: Object.entries(lockfiles)
        .map(([name, data]) => ({
          name,
          data,
          isRead: id === first.answers.stack && name in first.lockfiles,
        }))
        .toSorted((a, b) => Number(b.isRead) - Number(a.isRead))
        .map(({ name, data, isRead }) =>
          isRead ? [name, lockfile(bodies, data)] : [name, lockfile(rest, data), true],
        ),
    })),
  };
  const packed = Buffer.from(rest.text, "latin1");
  return { index: asciiJson(index), bodies: Buffer.from(bodies.text, "latin1"), rest: () => packed };
}

class Bodies {
  text = "";

  put(text: string): number {
    this.text += text;
    return text.length;
  }

  file({ path, body, executable, origin }: TemplateFile): PackedFile {
    const flags = (executable ? flagsOf.executable : 0) | (origin.endsWith(".hbs") ? flagsOf.template : 0);
    const rest: [] | [string] = typeof path === "string" ? [] : [origin];
    if (typeof body === "string") {
      if (isAscii(body)) return [path, this.put(body), flags, ...rest];
      return [path, this.put(asciiJson(body)), flags | flagsOf.escaped, ...rest];
    }
    if (body instanceof Uint8Array) {
      return [path, this.put(Buffer.from(body).toString("base64")), flags | flagsOf.bytes, ...rest];
    }
    return [path, this.put(asciiJson(body.program)), flags | flagsOf.program, ...rest];
  }
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

export function unpackCatalogue({ index, bodies, rest }: PackedCatalogue): Catalogue {
  const { integrity, templates } = JSON.parse(index) as Index;
  const first = { place: 0, bodies: () => bodies };
  const second = { place: 0, bodies: rest };
  return {
    integrity,
    templates: templates.map(({ kind, id, definition, layers, lockfiles }) => {
      const folder = kind === "base" ? kind : `${kindFolders[kind]}/${id}`;
      return {
        kind,
        id,
        definition,
        layers: layers.map(({ condition, files, rest }) => {
          const from = rest ? second : first;
          const start = from.place;
          from.place += files.reduce((sum, [, length]) => sum + length, 0);
          return new PackedLayer(from.bodies, { condition, folder, files, start });
        }),
        lockfiles: Object.defineProperties(
          {},
          Object.fromEntries(
            lockfiles.map(([name, length, rest]) => {
              const from = rest ? second : first;
              const start = from.place;
              from.place += length;
              const get = () =>
                unpackLockfile(from.bodies().toString("latin1", start, start + length), bodies);
              return [name, { enumerable: true, get }];
            }),
          ),
        ),
      };
    }),
  };
}

function unpackLockfile(text: string, bodies: Buffer): Json {
  const whole = text.includes("sha512@")
    ? text.replace(pointer, (_, at) => bodies.toString("latin1", Number(at), Number(at) + digestLength))
    : text;
  return JSON.parse(whole) as Json;
}

/** Its files are unpacked when they are asked for: a repo takes those of few layers. */
class PackedLayer implements Layer {
  readonly condition: readonly string[];
  readonly #bodies: () => Buffer;
  readonly #folder: string;
  readonly #packed: readonly PackedFile[];
  readonly #start: number;
  #files: readonly TemplateFile[] | undefined;

  constructor(
    bodies: () => Buffer,
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
    const bodies = this.#bodies();
    let start = this.#start;
    return this.#packed.map((file) => {
      start += file[1];
      return new PackedTemplateFile(bodies, file, layer, start - file[1]);
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
