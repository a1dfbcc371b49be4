// Reads the plainest rows of an events file from their bytes, in AssemblyScript. src/events/event-row.ts defines what a row means; this
// program is faster, and it stops before any row that it might read differently.

const LF: u32 = 0x0a;
const CR: u32 = 0x0d;
const QUOTE: u32 = 0x22;

// The positions of the facts, an array of doubles that src/events/compiled-events.ts reads when the program stops.
const ROWS: usize = 0;
const TAKEN: usize = 1;
const LINES: usize = 2;
const RUNS: usize = 3;
const WITHOUT_USER: usize = 4;
const WITHOUT_ITEM: usize = 6;
const USERS: usize = 8;
const ITEMS: usize = 9;
const TIME_FORMAT: usize = 10;
const LARGEST: usize = 11;

/** The addresses of all arrays and tables. `rowRoom` and `width` are counts, and names that end in `At` are columns. */
// @ts-ignore: AssemblyScript's own
@unmanaged
class Places {
  /** The byte between two cells. */
  delimiter!: u32;
  cells!: u32;
  facts!: u32;
  user!: u32;
  item!: u32;
  strength!: u32;
  time!: u32;
  runRow!: u32;
  runShift!: u32;
  rowRoom!: u32;
  width!: u32;
  userAt!: u32;
  itemAt!: u32;
  /** At least `width` if there is no rating column; `timeAt` likewise. */
  ratingAt!: u32;
  timeAt!: u32;
  users!: u32;
  items!: u32;
}

/**
 * A hash table of ids, numbered in the order in which they first occur, like `IdIndex`. A slot has a key of 8 bytes (the id itself, if
 * it has no more than 8 bytes), its index + 1 (0: free) and its length. At most half of the slots are taken.
 */
// @ts-ignore: AssemblyScript's own
@unmanaged
class IdTable {
  /** The address of the slots, 16 bytes each. When the table grows, the larger one begins where this one ends. */
  slots!: u32;
  /** There are 2^bits slots. */
  bits!: u32;
  firstBits!: u32;
  count!: u32;
  room!: u32;
  bytes!: u32;
  byteRoom!: u32;
  end!: u32;
  /** The offsets of the ids in `bytes`, as doubles: one more than there are ids. */
  starts!: u32;
  firstSlots!: u32;
}

// @ts-ignore: AssemblyScript's own
@inline
function fact(places: Places, at: usize): f64 {
  return load<f64>(<usize>places.facts + (at << 3));
}

// @ts-ignore: AssemblyScript's own
@inline
function setFact(places: Places, at: usize, value: f64): void {
  store<f64>(<usize>places.facts + (at << 3), value);
}

// @ts-ignore: AssemblyScript's own
@inline
function usersOf(places: Places): IdTable {
  return changetype<IdTable>(<usize>places.users);
}

// @ts-ignore: AssemblyScript's own
@inline
function itemsOf(places: Places): IdTable {
  return changetype<IdTable>(<usize>places.items);
}

function empty(table: IdTable): void {
  table.bits = table.firstBits;
  table.slots = table.firstSlots;
  table.count = 0;
  table.end = 0;
  store<f64>(table.starts, 0);
  memory.fill(table.slots, 0, <usize>16 << table.bits);
}

/** Starts again, without rows and ids. */
export function beginEvents(places: Places): void {
  empty(usersOf(places));
  empty(itemsOf(places));
  goOnWithEvents(places, 0);
}

/** Starts again without rows, but keeps the ids. @param timeFormat the format of the times so far: 0 unknown, 1 numbers, 2 dates, 3 other. */
export function goOnWithEvents(places: Places, timeFormat: u32): void {
  memory.fill(places.facts, 0, 12 << 3);
  setFact(places, USERS, <f64>usersOf(places).count);
  setFact(places, ITEMS, <f64>itemsOf(places).count);
  setFact(places, TIME_FORMAT, <f64>timeFormat);
}

/**
 * The factor that hashes keys. It is odd, and different in each process, so that nobody can write a file whose ids all get the same
 * slot (Dietzfelbinger et al., "A reliable randomized algorithm for the closest-pair problem", 1997).
 */
let multiplier: u64 = 0x9e3779b97f4a7c15;

/** @param seed any number. */
export function seedIds(seed: u64): void {
  multiplier = seed | 1;
}

// @ts-ignore: AssemblyScript's own
@inline
function slotOf(key: u64, bits: u32): u32 {
  return <u32>((key * multiplier) >> (64 - <u64>bits));
}

/** The last 1 to 8 bytes of an id as a word, padded with zeros. @param left how many bytes there are. */
// @ts-ignore: AssemblyScript's own
@inline
function wordAt(at: usize, left: u32): u64 {
  return load<u64>(at) & ((~(<u64>0)) >> (<u64>(8 - left) << 3));
}

function longKey(from: usize, length: u32): u64 {
  let key: u64 = length;
  let left = length;
  for (; left > 8; left -= 8, from += 8) {
    key = (key ^ load<u64>(from)) * multiplier;
    key ^= key >> 32;
  }
  key = (key ^ wordAt(from, left)) * multiplier;
  return key ^ (key >> 32);
}

function areEqual(a: usize, b: usize, length: u32): bool {
  for (; length > 8; length -= 8, a += 8, b += 8) if (load<u64>(a) != load<u64>(b)) return false;
  return wordAt(a, length) == wordAt(b, length);
}

function isAscii(at: usize, length: u32): bool {
  let high: u64 = 0;
  for (; length > 8; length -= 8, at += 8) high |= load<u64>(at);
  return ((high | wordAt(at, length)) & 0x8080808080808080) == 0;
}

function grow(table: IdTable): void {
  const old = <usize>table.slots;
  const count = <usize>1 << table.bits;
  const bits = table.bits + 1;
  const slots = old + (count << 4);
  const mask = <u32>(count << 1) - 1;
  memory.fill(slots, 0, count << 5);
  for (let from = old; from < slots; from += 16) {
    if (load<u32>(from, 8) == 0) continue;
    let slot = slotOf(load<u64>(from), bits);
    while (load<u32>(slots + (<usize>slot << 4), 8) != 0) slot = (slot + 1) & mask;
    const to = slots + (<usize>slot << 4);
    store<u64>(to, load<u64>(from));
    store<u64>(to, load<u64>(from, 8), 8);
  }
  table.slots = <u32>slots;
  table.bits = bits;
}

/** The slot of an id, or the free slot where it belongs. */
// @ts-ignore: AssemblyScript's own
@inline
function findId(table: IdTable, key: u64, from: usize, length: u32): usize {
  const slots = <usize>table.slots;
  const bits = table.bits;
  const mask = (<u32>1 << bits) - 1;
  let slot = slotOf(key, bits);
  let at = slots + (<usize>slot << 4);
  while (load<u32>(at, 8) != 0 && !isAt(table, at, key, from, length)) {
    slot = (slot + 1) & mask;
    at = slots + (<usize>slot << 4);
  }
  return at;
}

/** True if a taken slot has this id. */
// @ts-ignore: AssemblyScript's own
@inline
function isAt(table: IdTable, slot: usize, key: u64, from: usize, length: u32): bool {
  if (load<u64>(slot) != key || load<u32>(slot, 12) != length) return false;
  if (length <= 8) return true;
  const start = load<f64>(<usize>table.starts + (<usize>(load<u32>(slot, 8) - 1) << 3));
  return areEqual(<usize>table.bytes + <usize>start, from, length);
}

// @ts-ignore: AssemblyScript's own
@inline
function keyOf(from: usize, length: u32): u64 {
  return length <= 8 ? wordAt(from, length) : longKey(from, length);
}

/** True if a new id can be added: it is ASCII, and there is room for it. */
function canAdd(table: IdTable, from: usize, length: u32): bool {
  return table.count < table.room && table.end + length <= table.byteRoom && isAscii(from, length);
}

/** Adds an id to its free slot. @returns its index. */
function addId(table: IdTable, at: usize, key: u64, from: usize, length: u32): u32 {
  const index = table.count++;
  memory.copy(<usize>table.bytes + table.end, from, length);
  table.end += length;
  store<f64>(<usize>table.starts + (<usize>table.count << 3), <f64>table.end);
  store<u64>(at, key);
  store<u32>(at, index + 1, 8);
  store<u32>(at, length, 12);
  if (table.count << 1 > <u32>1 << table.bits) grow(table);
  return index;
}

/**
 * True for a cell that may mean "missing": it begins with a byte that may be white space, or resembles NA, N/A, NULL, null, NaN,
 * nan, None, \N, (not set), <NA> or [NULL].
 */
// @ts-ignore: AssemblyScript's own
@inline
function mayBeBlank(from: usize, length: u32): bool {
  const first = <u32>load<u8>(from);
  if (first <= 0x20 || first == 0xc2 || first == 0xef || (first >= 0xe1 && first <= 0xe3)) return true;
  const isBracket = first == 0x28 || first == 0x3c || first == 0x5b;
  if (first != 0x4e && first != 0x6e && first != 0x5c && !isBracket) return false;
  const second = <u32>load<u8>(from, 1) | 0x20;
  if (second != 0x61 && second != 0x2f && second != 0x75 && second != 0x6f && second != 0x6e) return false;
  // The longest of the words without brackets has four letters, and white space may follow.
  const last = <u32>load<u8>(from + length - 1);
  return length <= 4 || isBracket || last <= 0x20 || last >= 0x80;
}

let number: f64 = 0;

const ZEROS: u64 = 0x3030303030303030;

/** Up to 8 bytes before `to`, as if zeros preceded them. */
// @ts-ignore: AssemblyScript's own
@inline
function digitsBefore(to: usize, length: u32): u64 {
  const shift = <u64>(8 - length) << 3;
  const word = load<u64>(to - length) << shift;
  return shift == 0 ? word : word | (ZEROS >> (64 - shift));
}

// @ts-ignore: AssemblyScript's own
@inline
function areDigits(bytes: u64): bool {
  return (((bytes + 0x4646464646464646) | (bytes - ZEROS)) & 0x8080808080808080) == 0;
}

/** The number that 8 digits stand for; neighbours are joined to pairs, these to fours, and these to the number. */
// @ts-ignore: AssemblyScript's own
@inline
function numberOf(digits: u64): u64 {
  const ones = digits - ZEROS;
  const pairs = ones * 10 + (ones >> 8);
  const last = (pairs & 0x000000ff000000ff) * 0x000f424000000064;
  const first = ((pairs >> 16) & 0x000000ff000000ff) * 0x0000271000000001;
  return (last + first) >> 32;
}

/** Reads 1 to 15 digits into `number`; false if there is anything else. */
// @ts-ignore: AssemblyScript's own
@inline
function readDigits(from: usize, to: usize): bool {
  const length = <u32>(to - from);
  if (length - 1 > 14) return false;
  const last = digitsBefore(to, min<u32>(length, 8));
  if (!areDigits(last)) return false;
  let value = numberOf(last);
  if (length > 8) {
    const first = digitsBefore(to - 8, length - 8);
    if (!areDigits(first)) return false;
    value += numberOf(first) * 100_000_000;
  }
  number = <f64>value;
  return true;
}

/** Reads a number like 4.5, as most ratings are, into `number`. */
// @ts-ignore: AssemblyScript's own
@inline
function readTenths(from: usize, to: usize): bool {
  const bytes = load<u32>(from);
  const ones = (bytes & 0xff) - 0x30;
  const tenths = ((bytes >> 16) & 0xff) - 0x30;
  if (to - from != 3 || ((bytes >> 8) & 0xff) != 0x2e || ones > 9 || tenths > 9) return false;
  number = <f64>(ones * 10 + tenths) / 10;
  return true;
}

/** Like `plainNumber`: stores the value in `number`, or returns false where `plainNumber` gives NaN. */
function readNumber(from: usize, to: usize): bool {
  return readTenths(from, to) || readDigits(from, to) || readSignedNumber(from, to);
}

/** The same for numbers that may have a sign and a point. */
function readSignedNumber(from: usize, to: usize): bool {
  let at = from;
  const sign = <u32>load<u8>(at);
  if (sign == 0x2d || sign == 0x2b) at++;
  const begin = at;
  let digits: u64 = 0;
  let point: usize = 0;
  // Too many digits may overflow; the length is checked below.
  for (; at < to; at++) {
    const byte = <u32>load<u8>(at);
    if (byte - 0x30 <= 9) digits = digits * 10 + (byte - 0x30);
    else if (byte == 0x2e && point == 0 && at > begin) point = at;
    else return false;
  }
  const length = to - begin - (point == 0 ? 0 : 1);
  if (length == 0 || length > 15 || (point != 0 && point == to - 1)) return false;
  let value = <f64>digits;
  if (point != 0) value /= powerOfTen(<u32>(to - 1 - point));
  number = sign == 0x2d ? -value : value;
  return true;
}

/** Exact up to 10²². */
// @ts-ignore: AssemblyScript's own
@inline
function powerOfTen(power: u32): f64 {
  let value: f64 = 1;
  for (let k: u32 = 0; k < power; k++) value *= 10;
  return value;
}

// @ts-ignore: AssemblyScript's own
@inline
function isDigit(at: usize, to: usize): bool {
  return at < to && <u32>load<u8>(at) - 0x30 <= 9;
}

// @ts-ignore: AssemblyScript's own
@inline
function digitAt(at: usize): i32 {
  return <i32>load<u8>(at) - 0x30;
}

let part: i32 = 0;

/** Reads one digit or two into `part`. @returns the address after them; `from` if there are none. */
function readPart(from: usize, to: usize): usize {
  if (!isDigit(from, to)) return from;
  part = digitAt(from);
  if (!isDigit(from + 1, to)) return from + 1;
  part = part * 10 + digitAt(from + 1);
  return from + 2;
}

function daysIn(year: i32, month: i32): i32 {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Days since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms", 2013). */
function daysSince1970(year: i32, month: i32, day: i32): i32 {
  const y = year - (month <= 2 ? 1 : 0);
  const era = (y >= 0 ? y : y - 399) / 400;
  const ofEra = y - era * 400;
  const ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719468;
}

/** Reads `2011-12-09` or `2011-12-09 12:50[:00][Z]` into `number`; false for any other format, and for times that do not exist. */
function readDate(from: usize, to: usize): bool {
  if (to < from + 8 || load<u8>(from + 4) != 0x2d) return false;
  let year = 0;
  for (let at = from; at < from + 4; at++) {
    if (!isDigit(at, to)) return false;
    year = year * 10 + digitAt(at);
  }
  let at = readPart(from + 5, to);
  if (at == from + 5 || at >= to || load<u8>(at) != 0x2d) return false;
  const month = part;
  const dayAt = at + 1;
  at = readPart(dayAt, to);
  if (at == dayAt) return false;
  const day = part;
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return false;
  let clock = 0;
  if (at < to) {
    const between = <u32>load<u8>(at);
    if (between != 0x20 && between != 0x54) return false;
    const hourAt = at + 1;
    at = readPart(hourAt, to);
    if (at == hourAt) return false;
    const hour = part;
    if (at >= to || load<u8>(at) != 0x3a || readPart(at + 1, to) != at + 3) return false;
    const minute = part;
    let second = 0;
    at += 3;
    if (at < to && load<u8>(at) == 0x3a) {
      if (readPart(at + 1, to) != at + 3) return false;
      second = part;
      at += 3;
    }
    if (at < to && load<u8>(at) == 0x5a) at++;
    if (at != to || hour > 24 || minute > 59 || second > 60) return false;
    clock = hour * 3600 + minute * 60 + second;
    if (clock > 86400) return false;
  }
  number = <f64>daysSince1970(year, month, day) * 86400 + <f64>clock;
  return true;
}

/** Which of 16 bytes may end a cell: a bit for each delimiter, line end and quote. */
// @ts-ignore: AssemblyScript's own
@inline
function endsIn(bytes: v128, delimiters: v128): u32 {
  const lines = v128.or(i8x16.eq(bytes, i8x16.splat(<i8>LF)), i8x16.eq(bytes, i8x16.splat(<i8>CR)));
  const cells = v128.or(i8x16.eq(bytes, delimiters), i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)));
  return <u32>i8x16.bitmask(v128.or(lines, cells));
}

/** Finds the cells of the row that starts at `begin`. @returns the start of the next row; 0 if the plain reader might cut it differently. */
function cut(places: Places, begin: usize, to: usize): usize {
  const delimiter = places.delimiter;
  const delimiters = i8x16.splat(<i8>delimiter);
  const width = places.width;
  let cell = <usize>places.cells;
  let at = begin;
  // The 16 bytes from `seen` on, and the ends in them that come at `at` or later.
  let seen = begin;
  let ends = endsIn(v128.load(seen), delimiters);
  for (let column: u32 = 0; ; column++) {
    let from = at;
    let end: usize;
    if (load<u8>(at) == QUOTE) {
      from = ++at;
      for (; ; at++) {
        if (at >= to) return 0;
        const byte = <u32>load<u8>(at);
        if (byte == LF || byte == CR) return 0;
        if (byte == QUOTE) break;
      }
      end = at++;
      if (load<u8>(at) == QUOTE) return 0;
      seen = at + 1;
      ends = endsIn(v128.load(seen), delimiters);
    } else {
      while (ends == 0) {
        seen += 16;
        ends = endsIn(v128.load(seen), delimiters);
      }
      at = seen + ctz(ends);
      ends &= ends - 1;
      end = at;
    }
    if (column < width) {
      store<u32>(cell, <u32>from);
      store<u32>(cell, <u32>end, 4);
      cell += 8;
    } else if (end > from) return 0;
    if (load<u8>(at) == CR && load<u8>(at + 1) == LF) at++;
    const last = <u32>load<u8>(at++);
    if (last == delimiter) continue;
    return last != LF || column + 1 < width ? 0 : at;
  }
}

// @ts-ignore: AssemblyScript's own
@inline
function cellFrom(places: Places, column: u32): usize {
  return <usize>load<u32>(<usize>places.cells + (<usize>column << 3));
}

// @ts-ignore: AssemblyScript's own
@inline
function cellTo(places: Places, column: u32): usize {
  return <usize>load<u32>(<usize>places.cells + (<usize>column << 3), 4);
}

/** Counts a row that is left out. @param line its line. */
function skip(places: Places, kind: usize, line: f64): void {
  if (fact(places, kind) == 0) setFact(places, kind + 1, line);
  setFact(places, kind, fact(places, kind) + 1);
}

/** Stores the row that `cut` has found on `line`; false, with nothing changed, if the plain reader has to read it. */
function take(places: Places, line: f64): bool {
  const userFrom = cellFrom(places, places.userAt);
  const itemFrom = cellFrom(places, places.itemAt);
  const userLength = <u32>(cellTo(places, places.userAt) - userFrom);
  const itemLength = <u32>(cellTo(places, places.itemAt) - itemFrom);
  const users = usersOf(places);
  const items = itemsOf(places);
  const hasUser = userLength > 0;
  const hasItem = itemLength > 0;
  if ((hasUser && mayBeBlank(userFrom, userLength)) || (hasItem && mayBeBlank(itemFrom, itemLength))) return false;
  const userKey = hasUser ? keyOf(userFrom, userLength) : 0;
  const itemKey = hasItem ? keyOf(itemFrom, itemLength) : 0;
  const userSlot = hasUser ? findId(users, userKey, userFrom, userLength) : 0;
  const itemSlot = hasItem ? findId(items, itemKey, itemFrom, itemLength) : 0;
  let user = hasUser ? load<u32>(userSlot, 8) : 0;
  let item = hasItem ? load<u32>(itemSlot, 8) : 0;
  if (hasUser && user == 0 && !canAdd(users, userFrom, userLength)) return false;
  if (hasItem && item == 0 && !canAdd(items, itemFrom, itemLength)) return false;
  const isComplete = hasUser && hasItem;
  const row = fact(places, ROWS);
  if (isComplete && row >= <f64>places.rowRoom) return false;

  let strength: f64 = NaN;
  let time: f64 = NaN;
  let timeFormat = fact(places, TIME_FORMAT);
  if (isComplete && places.ratingAt < places.width) {
    const from = cellFrom(places, places.ratingAt);
    const to = cellTo(places, places.ratingAt);
    if (from < to) {
      if (!readNumber(from, to)) return false;
      strength = number;
    }
  }
  if (isComplete && places.timeAt < places.width) {
    const from = cellFrom(places, places.timeAt);
    const to = cellTo(places, places.timeAt);
    if (from < to) {
      const isNumber = readNumber(from, to);
      if (!isNumber && !readDate(from, to)) return false;
      const own: f64 = isNumber ? 1 : 2;
      if (timeFormat != 0 && timeFormat != own) return false;
      timeFormat = own;
      time = number;
    }
  }
  if (hasUser && user == 0) user = addId(users, userSlot, userKey, userFrom, userLength) + 1;
  if (hasItem && item == 0) item = addId(items, itemSlot, itemKey, itemFrom, itemLength) + 1;
  setFact(places, TAKEN, fact(places, TAKEN) + 1);
  if (!isComplete) {
    skip(places, hasUser ? WITHOUT_ITEM : WITHOUT_USER, line);
    return true;
  }
  if (timeFormat == 1) setFact(places, LARGEST, max<f64>(fact(places, LARGEST), abs<f64>(time == time ? time : 0)));
  setFact(places, TIME_FORMAT, timeFormat);
  const at = <usize>row;
  store<u32>(<usize>places.user + (at << 2), user - 1);
  store<u32>(<usize>places.item + (at << 2), item - 1);
  store<f64>(<usize>places.strength + (at << 3), strength);
  store<f64>(<usize>places.time + (at << 3), time);
  const shift = line - row;
  const runs = <usize>fact(places, RUNS);
  if (runs == 0 || load<f64>(<usize>places.runShift + ((runs - 1) << 3)) != shift) {
    store<u32>(<usize>places.runRow + (runs << 2), <u32>at);
    store<f64>(<usize>places.runShift + (runs << 3), shift);
    setFact(places, RUNS, <f64>(runs + 1));
  }
  setFact(places, ROWS, row + 1);
  return true;
}

/** Reads the rows from `from` to the end of a line at `to`. @returns the start of the first row that it did not read. */
export function readEvents(places: Places, from: usize, to: usize): usize {
  let line = fact(places, LINES);
  let at = from;
  while (at < to) {
    const first = <u32>load<u8>(at);
    if (first == LF) at++;
    else if (first == CR && load<u8>(at + 1) == LF) at += 2;
    else {
      const end = cut(places, at, to);
      if (end == 0 || !take(places, line + 1)) break;
      at = end;
    }
    line++;
  }
  setFact(places, LINES, line);
  setFact(places, USERS, <f64>usersOf(places).count);
  setFact(places, ITEMS, <f64>itemsOf(places).count);
  return at;
}

/** The value that stands for NaN among whole numbers. */
const MISSING: u32 = 0xffffffff;

// @ts-ignore: AssemblyScript's own
@inline
function areAllTrue(lanes: v128): bool {
  return v128.any_true(v128.not(lanes)) == false;
}

/**
 * Converts doubles (NaN: no number), in place, to the narrowest type that stores each of them exactly.
 * @returns 1: 32-bit whole numbers, 2: 32-bit floats, 3: left as doubles.
 */
export function narrow(values: usize, count: usize): u32 {
  // An odd count leaves half of a pair: the number after the last counts for nothing.
  if (count & 1) store<f64>(values + (count << 3), NaN);
  const end = values + (((count + 1) >> 1) << 4);
  let whole = i64x2.splat(-1);
  let floats = i64x2.splat(-1);
  for (let at = values; at < end; at += 16) {
    const pair = v128.load(at);
    const isMissing = f64x2.ne(pair, pair);
    const asWhole = i32x4.trunc_sat_f64x2_u_zero(pair);
    // A comparison of bits, which -0 fails. The largest number is the one that stands for NaN.
    const isWhole = v128.andnot(
      i64x2.eq(f64x2.convert_low_i32x4_u(asWhole), pair),
      f64x2.eq(pair, f64x2.splat(<f64>MISSING)),
    );
    const isFloat = f64x2.eq(f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(pair)), pair);
    whole = v128.and(whole, v128.or(isMissing, isWhole));
    floats = v128.and(floats, v128.or(isMissing, isFloat));
  }
  const areWhole = areAllTrue(whole);
  if (!areWhole && !areAllTrue(floats)) return 3;
  let to = values;
  for (let at = values; at < end; at += 16, to += 8) {
    const pair = v128.load(at);
    if (areWhole) {
      const isMissing = f64x2.ne(pair, pair);
      const numbers = i32x4.trunc_sat_f64x2_u_zero(pair);
      const missing = i8x16.shuffle(isMissing, isMissing, 0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11);
      v128.store64_lane(to, v128.or(numbers, missing), 0);
    } else v128.store64_lane(to, f32x4.demote_f64x2_zero(pair), 0);
  }
  return areWhole ? 1 : 2;
}
