// Dense blocks, in AssemblyScript: the same sums in the same order as `plainBlock` in src/kernels/blocks.ts, which explains them. SIMD lanes
// hold independent columns or rows, never terms of one sum, so no sum is reordered. Parameters with a capital are numbers, all others
// are addresses. A row of a panel has 16 columns of four bytes.

/** Bytes of a row of a panel. */
const ROW: usize = 64;
/** Bytes of a row of a panel whose cells are doubles. */
const WIDE: usize = 128;

export function smooth(start: usize, column: usize, weight: usize, panel: usize, image: usize, From: u32, To: u32): void {
  for (let r = <usize>From; r < <usize>To; r++) {
    const first = <usize>load<u32>(start + (r << 2));
    const last = <usize>load<u32>(start + ((r + 1) << 2));
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let e = first; e < last; e++) {
      const item = <usize>load<u32>(column + (e << 2));
      const at = panel + item * ROW;
      const w = v128.load32_splat(weight + (item << 2));
      a = f32x4.add(a, f32x4.mul(w, v128.load(at)));
      b = f32x4.add(b, f32x4.mul(w, v128.load(at, 16)));
      c = f32x4.add(c, f32x4.mul(w, v128.load(at, 32)));
      d = f32x4.add(d, f32x4.mul(w, v128.load(at, 48)));
    }
    const share = f32x4.splat(<f32>1 / <f32>(last - first));
    a = f32x4.mul(a, share);
    b = f32x4.mul(b, share);
    c = f32x4.mul(c, share);
    d = f32x4.mul(d, share);
    for (let e = first; e < last; e++) {
      const item = <usize>load<u32>(column + (e << 2));
      const at = image + item * ROW;
      const w = v128.load32_splat(weight + (item << 2));
      v128.store(at, f32x4.add(v128.load(at), f32x4.mul(w, a)));
      v128.store(at, f32x4.add(v128.load(at, 16), f32x4.mul(w, b)), 16);
      v128.store(at, f32x4.add(v128.load(at, 32), f32x4.mul(w, c)), 32);
      v128.store(at, f32x4.add(v128.load(at, 48), f32x4.mul(w, d)), 48);
    }
  }
}

/** @param tile scratch space for the rows as doubles, panel by panel. */
export function addSquare(panels: usize, square: usize, tile: usize, Rows: u32, Rank: u32, From: u32, To: u32): void {
  const rank = <usize>Rank;
  const count = <usize>(To - From);
  for (let p: usize = 0; p < rank >> 4; p++) {
    const from = panels + (p * <usize>Rows + <usize>From) * ROW;
    const to = tile + p * count * WIDE;
    for (let k: usize = 0; k < count << 4; k += 2)
      v128.store(to + (k << 3), f64x2.promote_low_f32x4(v128.load64_zero(from + (k << 2))));
  }
  // Two rows of the square by eight columns: what is loaded of the columns serves both.
  for (let i: usize = 0; i < rank; i += 2) {
    const left = tile + (i >> 4) * count * WIDE + ((i & 15) << 3);
    for (let j = i & ~7; j < rank; j += 8) {
      const right = tile + (j >> 4) * count * WIDE + ((j & 15) << 3);
      const cell = square + (i * rank + j) * 8;
      const below = cell + rank * 8;
      let a = v128.load(cell);
      let b = v128.load(cell, 16);
      let c = v128.load(cell, 32);
      let d = v128.load(cell, 48);
      let e = v128.load(below);
      let f = v128.load(below, 16);
      let g = v128.load(below, 32);
      let h = v128.load(below, 48);
      for (let at: usize = 0; at < count * WIDE; at += WIDE) {
        const x = v128.load64_splat(left + at);
        const y = v128.load64_splat(left + at, 8);
        let z = v128.load(right + at);
        a = f64x2.add(a, f64x2.mul(x, z));
        e = f64x2.add(e, f64x2.mul(y, z));
        z = v128.load(right + at, 16);
        b = f64x2.add(b, f64x2.mul(x, z));
        f = f64x2.add(f, f64x2.mul(y, z));
        z = v128.load(right + at, 32);
        c = f64x2.add(c, f64x2.mul(x, z));
        g = f64x2.add(g, f64x2.mul(y, z));
        z = v128.load(right + at, 48);
        d = f64x2.add(d, f64x2.mul(x, z));
        h = f64x2.add(h, f64x2.mul(y, z));
      }
      v128.store(cell, a);
      v128.store(cell, b, 16);
      v128.store(cell, c, 32);
      v128.store(cell, d, 48);
      v128.store(below, e);
      v128.store(below, f, 16);
      v128.store(below, g, 32);
      v128.store(below, h, 48);
    }
  }
}

/**
 * Divides eight rows at a time. @param u is stored column by column. @param lanes scratch space: eight doubles for each column.
 * @param out has room for eight more rows than are wanted.
 */
export function divide(panels: usize, u: usize, lanes: usize, out: usize, Rows: u32, Rank: u32, From: u32, To: u32): void {
  const rank = <usize>Rank;
  const rows = <usize>Rows;
  for (let row = <usize>From; row < <usize>To; row += 8) {
    const count = min<usize>(8, <usize>To - row);
    for (let k: usize = 0; k < rank; k++)
      for (let lane: usize = 0; lane < count; lane++)
        store<f64>(
          lanes + (((k << 3) + lane) << 3),
          <f64>load<f32>(panels + ((k >> 4) * rows + row + lane) * ROW + ((k & 15) << 2)),
        );
    // Two columns of the quotients at a time: what is loaded of those before them serves both.
    for (let i: usize = 0; i < rank; i += 2) {
      const own = lanes + i * 64;
      const column = u + i * rank * 8;
      const second = column + rank * 8;
      let a = v128.load(own);
      let b = v128.load(own, 16);
      let c = v128.load(own, 32);
      let d = v128.load(own, 48);
      let e = v128.load(own, 64);
      let f = v128.load(own, 80);
      let g = v128.load(own, 96);
      let h = v128.load(own, 112);
      for (let k: usize = 0; k < i; k++) {
        const x = v128.load64_splat(column + (k << 3));
        const y = v128.load64_splat(second + (k << 3));
        const at = lanes + k * 64;
        let z = v128.load(at);
        a = f64x2.sub(a, f64x2.mul(x, z));
        e = f64x2.sub(e, f64x2.mul(y, z));
        z = v128.load(at, 16);
        b = f64x2.sub(b, f64x2.mul(x, z));
        f = f64x2.sub(f, f64x2.mul(y, z));
        z = v128.load(at, 32);
        c = f64x2.sub(c, f64x2.mul(x, z));
        g = f64x2.sub(g, f64x2.mul(y, z));
        z = v128.load(at, 48);
        d = f64x2.sub(d, f64x2.mul(x, z));
        h = f64x2.sub(h, f64x2.mul(y, z));
      }
      const x = v128.load64_splat(column + (i << 3));
      a = f64x2.div(a, x);
      b = f64x2.div(b, x);
      c = f64x2.div(c, x);
      d = f64x2.div(d, x);
      v128.store(own, a);
      v128.store(own, b, 16);
      v128.store(own, c, 32);
      v128.store(own, d, 48);
      const y = v128.load64_splat(second + (i << 3));
      const z = v128.load64_splat(second + (i << 3), 8);
      v128.store(own, f64x2.div(f64x2.sub(e, f64x2.mul(y, a)), z), 64);
      v128.store(own, f64x2.div(f64x2.sub(f, f64x2.mul(y, b)), z), 80);
      v128.store(own, f64x2.div(f64x2.sub(g, f64x2.mul(y, c)), z), 96);
      v128.store(own, f64x2.div(f64x2.sub(h, f64x2.mul(y, d)), z), 112);
    }
    for (let lane: usize = 0; lane < count; lane++)
      for (let k: usize = 0; k < rank; k++)
        store<f32>(
          out + ((row - <usize>From + lane) * rank + k) * 4,
          <f32>load<f64>(lanes + (((k << 3) + lane) << 3)),
        );
  }
}
