import { serve } from "zanni/worker";
import * as actors from "./actors.ts";

serve(actors);
