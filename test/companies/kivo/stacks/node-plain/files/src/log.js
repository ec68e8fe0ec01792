/** One JSON line on stdout. */
export function log(level, message, more = {}) {
  process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), message, ...more })}\n`);
}
