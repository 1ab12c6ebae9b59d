// Refused: a string is a data section.
export function speak(self: u32, message: u32): void {
  if (message == 0) throw new Error("nothing to say");
}
