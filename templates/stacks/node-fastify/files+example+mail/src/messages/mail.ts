import type { Smtp } from "../resources/smtp.ts";

/** Tells the people who run this service, at the address that its mail comes from. */
export function messageMail({ smtp }: { smtp: Smtp }) {
  return {
    arrived: (id: string) =>
      smtp.send({
        id,
        to: smtp.sender,
        subject: "A message arrived",
        text: `It is the message ${id}.\n`,
      }),
  };
}
