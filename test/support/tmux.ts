import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Terminal = {
  /** Types keys, by tmux's names for them or as they are. */
  readonly press: (...keys: readonly string[]) => void;
  readonly type: (text: string) => void;
  /** Waits until the screen shows the text, and gives the screen. Throws with the screen after ten seconds. */
  readonly see: (text: string | RegExp) => Promise<string>;
  readonly screen: () => string;
  readonly colours: () => string;
  /** Whether the cursor is shown. */
  readonly cursor: () => boolean;
  readonly close: () => void;
};

/** A shell in a real terminal of its own, that nothing of the person's configuration reaches. */
export function openTerminal(
  cwd: string,
  size = { columns: 100, rows: 44 },
  env: NodeJS.ProcessEnv = {},
): Terminal {
  const folder = mkdtempSync(join(tmpdir(), "tmux-"));
  const socket = join(folder, "socket");
  const home = {
    HOME: folder,
    PATH: process.env.PATH,
    LANG: "C.UTF-8",
    SHELL: "/bin/sh",
    ENV: "",
    PS1: "$ ",
    ...env,
  };
  writeFileSync(join(folder, "tmux.conf"), "set -g default-terminal xterm-256color\nset -g escape-time 0\n");
  const tmux = (...args: readonly string[]) =>
    execFileSync("tmux", ["-S", socket, "-f", join(folder, "tmux.conf"), ...args], {
      encoding: "utf8",
      env: home,
      timeout: 10_000,
      stdio: ["ignore", "pipe", "pipe"],
    });
  tmux("new-session", "-d", "-x", String(size.columns), "-y", String(size.rows), "-c", cwd, "exec /bin/sh");
  const screen = () => tmux("capture-pane", "-p").trimEnd();
  return {
    press: (...keys) => tmux("send-keys", ...keys),
    type: (text) => tmux("send-keys", "-l", text),
    screen,
    colours: () => tmux("capture-pane", "-p", "-e").trimEnd(),
    cursor: () => tmux("display-message", "-p", "#{cursor_flag}").trim() === "1",
    close() {
      tmux("kill-server");
      rmSync(folder, { recursive: true, force: true });
    },
    async see(text) {
      const found = (shown: string) => (typeof text === "string" ? shown.includes(text) : text.test(shown));
      for (let tries = 0; tries < 200; tries++) {
        const shown = screen();
        if (found(shown)) return shown;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`The terminal never showed ${text}. It shows:\n${screen()}`);
    },
  };
}
