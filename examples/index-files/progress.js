// A progress bar with rate and time left on a terminal; plain lines, one per tenth, where there is none.

/** `show(done, all)` as often as one likes; it draws every 100 ms. Without a stream it is silent. */
export function progress(stream) {
  if (!stream) return { show() {}, end() {} };
  const began = performance.now();
  let drawn = 0;
  let tenth = 0;
  const line = (done, all) => {
    const seconds = (performance.now() - began) / 1000;
    const rate = done / seconds;
    const left = rate > 0 ? (all - done) / rate : 0;
    return `${done}/${all} files, ${Math.round(rate)}/s, ${left.toFixed(0)}s left`;
  };
  const bar = (done, all) => {
    const width = 30;
    const full = Math.round((done / all) * width);
    return `\r${"█".repeat(full)}${"░".repeat(width - full)} ${Math.floor((done / all) * 100)}% ${line(done, all)}\x1b[K`;
  };
  return {
    show(done, all) {
      if (stream.isTTY) {
        const now = performance.now();
        if (now - drawn < 100 && done < all) return;
        drawn = now;
        stream.write(bar(done, all));
      } else if (Math.floor((done / all) * 10) > tenth) {
        tenth = Math.floor((done / all) * 10);
        stream.write(`${tenth * 10}% ${line(done, all)}\n`);
      }
    },
    end() {
      if (stream.isTTY) stream.write("\n");
    },
  };
}
