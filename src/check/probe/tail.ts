import type { Booted, Lab } from "./lab.ts";
import type { Launched } from "./launch.ts";

/** The last lines of an output, as evidence. */
export function lastLines({ output }: Launched, count = 3): string {
  const lines = output.lines().filter(({ text }) => text.trim() !== "");
  return lines.length === 0
    ? "it wrote nothing"
    : lines
        .slice(-count)
        .map(({ text }) => text.slice(0, 160))
        .join("\n");
}

/** How a start went, in words. */
export function describeStart(lab: Lab, { readiness, launched, asked, port }: Booted): string {
  const exit = launched.exit();
  const seconds = Math.round(lab.startBudgetMs / 1000);
  const what = {
    ready: "it was ready",
    serving: "it answered, but never below 500",
    listening: `it accepted connections on ${asked} and did not answer HTTP`,
    exited: `it ended with ${exit?.signal ?? `code ${exit?.code}`}`,
    silent: `nothing listened on ${asked} in ${seconds} s`,
    elsewhere: `it listens on ${port} and not on PORT=${asked}`,
  }[readiness];
  return `${what}; ${lastLines(launched)}`;
}
