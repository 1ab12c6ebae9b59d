// Health checks: the parent asks a child again and again, through the user lane, so that one which is stuck does not
// answer; so many checks in a row that fail are a failure of the child.
import { KIND_FAIL } from "../../assembly/layout.ts";
import { asError, ZanniError } from "../errors.ts";
import type { Child, HealthTerms } from "./cell.ts";
import type { Thread } from "./thread.ts";

export function watchHealth(thread: Thread, child: Child, terms: HealthTerms): void {
  const { every, timeout, threshold } = terms;
  let failures = 0;
  let restarts = 0;
  /** Down, or another instance since: what was asked of one before is not held against it. */
  const isOther = () => {
    const before = restarts;
    restarts = child.trouble?.restarts ?? 0;
    return restarts !== before || child.trouble?.restarting === true;
  };
  const next = () => {
    terms.next = thread.after(every, () => void check());
  };
  const check = async () => {
    if (isOther()) failures = 0;
    try {
      // While it is down it need not be well.
      if (!child.trouble?.restarting) await thread.inquire(child, child.path, timeout);
      failures = 0;
    } catch (thrown) {
      failures = isOther() ? 0 : failures + 1;
      if (failures >= threshold && !child.gone) failed(asError(thrown));
    }
    if (terms.next) next();
  };
  const failed = (cause: Error) => {
    failures = 0;
    const error = new ZanniError(
      "ERR_ACTOR_FAILED",
      `"${child.path}" failed ${threshold} health checks in a row: ${cause.message}`,
      { actor: child.path, cause },
    );
    thread.sendControl(child, KIND_FAIL, [error]);
  };
  next();
}

/** Its child is gone; a check that is under way is the last. */
export function unwatchHealth(terms: HealthTerms | undefined): void {
  if (!terms) return;
  terms.next?.cancel();
  terms.next = undefined;
}
