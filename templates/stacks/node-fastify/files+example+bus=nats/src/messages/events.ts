import type { Nats } from "../resources/nats.ts";
import type { Message } from "./message.ts";

/** Tells whoever reads the stream `events`, for as long as it keeps what is in it. */
export function messageEvents({ nats }: { nats: Nats }) {
  return {
    received: async (message: Message) => {
      const stream = await nats.jetstream();
      await stream.publish("events.message.received", JSON.stringify(message), {
        msgID: message.id,
      });
    },
  };
}
