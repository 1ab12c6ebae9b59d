// A worker thread of the program.
import { serve } from "zanni/worker";
import * as actors from "./actors.js";

serve(actors);
