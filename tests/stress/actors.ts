// The actors of the stress run.
import { Actor, type ActorRef, refuse } from "zanni";

export class Member extends Actor<{ friend: ActorRef<Member> | undefined }> {
  #handled = 0;
  work(n: number) {
    this.#handled++;
    if (n > 0) this.init.friend?.tell.work(n - 1);
  }
  async askFriend(n: number): Promise<number> {
    const { friend } = this.init;
    if (!friend || n === 0) return this.#handled;
    return await friend.ask({ timeout: "10s" }).askFriend(n - 1);
  }
  payload(value: { readonly text: string; readonly list: readonly number[] }) {
    return value.text.length + value.list.length;
  }
  async slow(ms: number) {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
  crash() {
    throw new Error("on purpose");
  }
  async crashLater() {
    await null;
    throw new Error("on purpose, later");
  }
  refuse() {
    throw refuse("on purpose");
  }
  /** A child that is left behind: it ends with its parent. */
  beget() {
    this.ctx.spawn(Member, { friend: undefined }).tell.work(0);
  }
}

/** One per worker: bytes in use on its heap, after a collection. */
export class Heap extends Actor {
  used() {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  }
}
