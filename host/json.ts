// zanni/wire/json: declared types as JSON text. A bundle that does not import it contains none of it.
export { fromJson, toJson } from "./wire/json.ts";
