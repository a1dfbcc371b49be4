// All compiled loops; src/kernels/program.ts loads them.
export * from "./best";
export * from "./blocks";
export * from "./events";
export * from "./products";
export * from "./sums";
export * from "./systems";
