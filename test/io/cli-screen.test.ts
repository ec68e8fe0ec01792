import { describe, expect, it } from "vitest";
import { terminalSvg } from "../../scripts/terminal-svg.ts";
import type { FileReport } from "../../src/io/cli/file-report.ts";
import { countFiles } from "../../src/io/cli/file-report.ts";
import { fileTree } from "../../src/io/cli/file-tree.ts";
import { styleFor } from "../../src/io/cli/style.ts";
import { openScreen } from "../../src/io/prompt/screen.ts";

const file = (path: string, action: FileReport["action"] = "add", executable = false) => ({
  path,
  action,
  executable,
});

describe("fileTree", () => {
  const plain = styleFor({ isTTY: false });

  it("has a line for each directory, and marks what isn't simply new", () => {
    const files = [
      file("b"),
      file("a", "keep"),
      file("bin/dev", "add", true),
      file("src/x.ts", "conflict"),
      file("z", "merge"),
    ];
    expect(fileTree(files, plain, 80)).toBe("  ./    b  =a  ~z\n  bin/  dev\n  src/  ?x.ts\n");
  });

  it("breaks at the width, and gives a directory with a long name a line of its own", () => {
    const files = Array.from({ length: 12 }, (_, at) => file(`src/module-number-${at}.ts`));
    const lines = fileTree([...files, file(`${"deep/".repeat(8)}x`)], plain, 60)
      .trimEnd()
      .split("\n");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
    expect(lines.join("\n").match(/module-number/g)).toHaveLength(12);
    expect(lines[0]).toBe(`  ${"deep/".repeat(8)}`);
  });

  it("counts by what becomes of the files", () => {
    expect(countFiles([file("a")])).toBe("1 file");
    expect(countFiles([file("a"), file("b", "keep"), file("c", "keep")])).toBe(
      "3 files: 1 new, 2 yours, kept",
    );
  });
});

describe("openScreen", () => {
  const terminalOf = (columns: number, rows: number) => {
    const written: string[] = [];
    const terminal = { columns, rows, isTTY: true, write: (text: string) => written.push(text) };
    return { screen: openScreen(terminal as unknown as NodeJS.WriteStream), last: () => written.at(-1) };
  };

  it("takes back the rows that were written since a mark, wrapped ones counted in full", () => {
    const { screen, last } = terminalOf(10, 24);
    screen.print("kept\n");
    const mark = screen.mark();
    screen.print("one\n\u001b[31mtwo\u001b[39m and more than ten\n");
    screen.canvas.write("frame\nwith choices\n");
    screen.canvas.write("\u001b[2Ka frame");
    screen.canvas.write("\n");
    screen.eraseTo(mark);
    expect(last()).toBe("\r\u001b[5A\u001b[J");
    screen.eraseTo(mark);
    expect(last()).toBe("\r\u001b[5A\u001b[J");
  });

  it("leaves what has scrolled away", () => {
    const { screen, last } = terminalOf(80, 4);
    screen.print("1\n2\n3\n4\n5\n");
    screen.eraseTo(0);
    expect(last()).toBe("\n");
  });
});

describe("terminalSvg", () => {
  it("carries a look over the ends of lines, and escapes", () => {
    const svg = terminalSvg("\u001b[1m\u001b[32ma<b\n  &c\u001b[0m d", 20, "t");
    expect(svg).toContain('fill="#7fd88f" font-weight="bold">a&#60;b</text>');
    expect(svg).toMatch(/x="38\.8" y="71" [^>]*font-weight="bold">&#38;c<\/text>/);
    expect(svg).toMatch(/fill="#d6deeb">d<\/text>/);
  });
});
