import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type MailServer, openMailServer } from "../../src/check/probe/services/smtp.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function open(): Promise<{ readonly server: MailServer; readonly socket: Socket }> {
  const server = await openMailServer((password) => password === "right");
  const socket = connect(server.port, "127.0.0.1").setEncoding("utf8");
  closing.push(server.close, () => socket.destroy());
  expect(await answer(socket)).toMatch(/^220 /);
  return { server, socket };
}

function answer(socket: Socket): Promise<string> {
  return new Promise((resolve) => socket.once("data", (data) => resolve(`${data}`)));
}

async function say(socket: Socket, text: string): Promise<string> {
  const said = answer(socket);
  socket.write(text);
  return said;
}

const plain = (password: string) => Buffer.from(`\0app\0${password}`).toString("base64");

describe("the mail server of check's own", () => {
  it("takes a mail, however its bytes come", async () => {
    const { server, socket } = await open();
    expect(await say(socket, "EHLO me\r\n")).toContain("AUTH PLAIN");
    expect(await say(socket, `AUTH PLAIN ${plain("right")}\r\n`)).toMatch(/^235 /);
    expect(await say(socket, "MAIL FROM:<a@b>\r\n")).toMatch(/^250 /);
    expect(await say(socket, "RCPT TO:<c@d>\r\n")).toMatch(/^250 /);
    expect(await say(socket, "DATA\r\n")).toMatch(/^354 /);
    socket.write("Subject: x\r\n\r\nQUIT\r\n.");
    expect(await say(socket, "\r\nQUIT\r\n")).toMatch(/^250 /);
    expect(server.mails).toEqual(["Subject: x\r\n\r\nQUIT"]);
  });

  it("refuses a wrong password, with the command or after it", async () => {
    const { socket } = await open();
    expect(await say(socket, `AUTH PLAIN ${plain("wrong")}\r\n`)).toMatch(/^535 /);
    expect(await say(socket, "AUTH PLAIN\r\n")).toMatch(/^334 /);
    expect(await say(socket, `${plain("wrong")}\r\n`)).toMatch(/^535 /);
    expect(await say(socket, "AUTH LOGIN\r\n")).toMatch(/^504 /);
  });
});
