import pino from "pino";

export type Log = pino.Logger;

/** JSON lines on stdout, each with the process type and the release it comes from. */
export function createLog(
  processType: string,
  config: { LOG_LEVEL: string; RELEASE_ID?: string | undefined },
): Log {
  return pino({
    level: config.LOG_LEVEL,
    base: { process: processType, release: config.RELEASE_ID },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    serializers: { err: describeError },
    hooks: { streamWrite: withoutPasswords },
  });
}

/** What helps to find a fault. Drivers hang more on their errors, such as the command with its password. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = "code" in error ? error.code : undefined;
  return { name, message, code, stack, cause: cause && describeError(cause) };
}

function withoutPasswords(line: string): string {
  return line.replace(/(\w:\/\/[^\s:/@"]*:)[^\s@"]+@/g, "$1***@");
}
