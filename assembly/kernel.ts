// All compiled loops; src/kernels/program.ts loads them.
export { best } from "./best";
export * from "./blocks";
export { choose } from "./choose";
export * from "./events";
export * from "./products";
export * from "./sums";
export * from "./systems";
