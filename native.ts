// Where the AssemblyScript compiler looks for "zanni/native".
export * from "./assembly/native";
