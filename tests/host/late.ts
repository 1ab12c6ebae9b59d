// A worker whose file takes longer to load than any handler may.
import { serve } from "zanni/worker";
import * as actors from "./actors.ts";

await new Promise((resolve) => setTimeout(resolve, 800));
serve(actors);
