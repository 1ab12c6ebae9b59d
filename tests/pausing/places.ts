// Where a thread pauses: at the beginning of what sends, replies, takes messages, and says that it waits. Between those lie the
// windows in which another thread sees half of something.
const PLACES = [
  "sendControl",
  "sendNotice",
  "tellThread",
  "askRoom",
  "reply",
  "settle",
  "control",
  "again",
  "#turn",
  "#batch",
];
/** ms at most, by the third power of chance: most pauses are short. */
const LONGEST = 4;

/** The text of build/runtime.js, with a busy wait that comes with `chance` at each place. */
export function withPauses(text: string, chance: number): string {
  if (!(chance >= 0 && chance <= 1)) throw new TypeError(`--chance takes a number from 0 to 1, not ${chance}`);
  let paused = text;
  for (const place of PLACES) {
    const begins = new RegExp(`^ {4}${place}\\(.*\\) \\{$`, "gm");
    if (!begins.test(text)) throw new Error(`no method is called ${place} any more`);
    paused = paused.replace(begins, "$& pauseByChance();");
  }
  return `${paused}
let hasPaused = false;
function pauseByChance() {
  if (Math.random() >= ${chance}) return;
  if (!hasPaused) console.log("a thread pauses");
  hasPaused = true;
  for (const end = performance.now() + Math.random() ** 3 * ${LONGEST}; performance.now() < end; );
}
`;
}
