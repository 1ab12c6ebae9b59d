// What this program can run: imported by main.js and by each worker thread.
import { Actor } from "zanni";

export class Primes extends Actor {
  count(from, to) {
    let found = 0;
    search: for (let n = Math.max(2, from); n < to; n++) {
      for (let d = 2; d * d <= n; d++) if (n % d === 0) continue search;
      found++;
    }
    return found;
  }
}
