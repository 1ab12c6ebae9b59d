// Refused: built for another version of the interface.
import { post } from "./abi0";

export function send(self: u32, message: u32): void {
  post(self);
}
