// For `node --import`: worker threads inherit it.
import { register } from "node:module";

register("./hooks.js", import.meta.url);
