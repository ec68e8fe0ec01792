import type { Rabbitmq } from "../resources/rabbitmq.ts";
import type { Message } from "./message.ts";

/** Tells whoever has bound a queue to the exchange `events`. */
export function messageEvents({ rabbitmq: { publisher } }: { rabbitmq: Rabbitmq }) {
  return {
    received: (message: Message) =>
      publisher.send(
        {
          exchange: "events",
          routingKey: "message.received",
          messageId: message.id,
          durable: true,
        },
        message,
      ),
  };
}
