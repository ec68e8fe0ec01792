import type { FastifyInstance } from "fastify";
import { type Attached, pingAll } from "./resources/resource.ts";

const deadlineMs = 1_000;

/** Live looks at nothing outside the process; ready asks each resource, and says no while stopping. */
export function healthRoutes(
  app: FastifyInstance,
  { resources, stopping }: { resources: Attached; stopping: AbortSignal },
): void {
  app.get("/health/live", { logLevel: "warn", schema: { response: { 200: liveSchema } } }, () => ({
    status: "live",
  }));

  app.get(
    "/health/ready",
    { logLevel: "warn", schema: { response: { 200: readySchema, 503: readySchema } } },
    async (_request, reply) => {
      const states = await pingAll(resources, deadlineMs);
      const ready = !stopping.aborted && Object.values(states).every((state) => state === "up");
      return reply
        .code(ready ? 200 : 503)
        .send({ status: ready ? "ready" : "not ready", resources: states });
    },
  );
}

const liveSchema = {
  type: "object",
  required: ["status"],
  properties: { status: { type: "string", enum: ["live"] } },
} as const;

const readySchema = {
  type: "object",
  required: ["status", "resources"],
  properties: {
    status: { type: "string", enum: ["ready", "not ready"] },
    resources: {
      type: "object",
      additionalProperties: { type: "string", enum: ["up", "down"] },
    },
  },
} as const;
