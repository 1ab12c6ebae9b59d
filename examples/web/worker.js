// An import map does not reach into workers: from here on by address, or by your bundler.
import { serve } from "/zanni/worker.js";
import * as actors from "./actors.js";

serve(actors);
