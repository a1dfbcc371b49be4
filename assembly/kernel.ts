// Everything that is compiled; src/kernels/program.ts loads it.
export * from "./blocks";
export * from "./events";
export * from "./products";
export * from "./sums";
export * from "./systems";
