import { type Invocation, parseArgv } from "./argv.ts";

/** Runs the verb that the arguments name. Gives the exit code; throws what the entry point reports. */
export async function run(argv: readonly string[]): Promise<number> {
  process.stdout.on("error", endQuietly);
  const invocation = parseArgv(argv);
  return (await load(invocation.verb))(invocation);
}

type Run = (invocation: Invocation) => Promise<number>;

async function load(verb: string): Promise<Run> {
  switch (verb) {
    case "list":
      return (await import("./list.ts")).list;
    case "schema":
      return (await import("./schema.ts")).schema;
    case "render":
      return (await import("./render.ts")).renderFromReceipt;
    case "recover":
      return (await import("./recover.ts")).recoverDirectory;
    default:
      return (await import("./create.ts")).create;
  }
}

/** The reader of a pipe may have seen enough. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
}
