/** Shows on stderr that something takes its time: a spinner with the seconds on a terminal, one line elsewhere. */
export async function withProgress<T>(label: string, work: () => Promise<T>): Promise<T> {
  const { stderr } = process;
  if (!stderr.isTTY) {
    stderr.write(`${label} …\n`);
    return work();
  }
  const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
  const start = Date.now();
  let turn = 0;
  const draw = () => {
    const seconds = Math.floor((Date.now() - start) / 1000);
    stderr.write(
      `\r\u001b[K${frames[turn++ % frames.length]} ${label}${seconds > 1 ? ` (${seconds} s)` : ""}`,
    );
  };
  draw();
  const timer = setInterval(draw, 100);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    stderr.write("\r\u001b[K");
  }
}
