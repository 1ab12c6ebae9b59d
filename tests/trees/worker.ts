import { serve } from "zanni/worker";
import { actors } from "./tree.ts";

serve(actors);
