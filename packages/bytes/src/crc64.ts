/**
 * CRC-64/XZ, the checksum that OSS calls crc64ecma: the reflected ECMA-182 polynomial, with all ones as initial value
 * and as final XOR.
 *
 * A 64-bit number is kept as two 32-bit halves, because BigInt is far too slow in a loop over bytes. The polynomials
 * are reflected: the highest bit of the high half is the coefficient of x^0.
 */

const POLYNOMIAL_HIGH = 0xc96c5795
const POLYNOMIAL_LOW = 0xd7870f42

const BYTE_VALUES = 256
/** Bytes per step of the loop; each has its own table. */
const SLICES = 8

interface Table {
  readonly high: Uint32Array
  readonly low: Uint32Array
}

/** Entry `slice * 256 + byte`: the remainder of `byte` followed by `slice` zero bytes. Built on first use: most machines have faster code for it. */
let slicing: Table | undefined

function buildSlicingTable(): Table {
  const high = new Uint32Array(SLICES * BYTE_VALUES)
  const low = new Uint32Array(SLICES * BYTE_VALUES)
  for (let byte = 0; byte < BYTE_VALUES; byte++) {
    let h = 0
    let l = byte
    for (let bit = 0; bit < 8; bit++) {
      const reduce = -(l & 1)
      l = (l >>> 1) | (h << 31)
      h = (h >>> 1) ^ (POLYNOMIAL_HIGH & reduce)
      l ^= POLYNOMIAL_LOW & reduce
    }
    high[byte] = h
    low[byte] = l
  }
  for (let entry = BYTE_VALUES; entry < SLICES * BYTE_VALUES; entry++) {
    const h = at(high, entry - BYTE_VALUES)
    const l = at(low, entry - BYTE_VALUES)
    high[entry] = at(high, l & 0xff) ^ (h >>> 8)
    low[entry] = at(low, l & 0xff) ^ ((l >>> 8) | (h << 24))
  }
  return { high, low }
}

function at(words: Uint32Array, index: number): number {
  return words[index] as number
}

/** Splits and joins 64-bit numbers without BigInt arithmetic, which would allocate. */
const view = new DataView(new ArrayBuffer(8))

function join(high: number, low: number): bigint {
  view.setUint32(0, high)
  view.setUint32(4, low)
  return view.getBigUint64(0)
}

/** The checksum of `bytes`, or of everything so far if `previous` is the checksum of the preceding bytes. */
export function crc64(bytes: Uint8Array, previous = 0n): bigint {
  slicing ??= buildSlicingTable()
  const { high, low } = slicing
  view.setBigUint64(0, previous)
  let h = ~view.getUint32(0)
  let l = ~view.getUint32(4)
  let position = 0
  for (const last = bytes.length - SLICES; position <= last; position += SLICES) {
    l ^= word(bytes, position)
    h ^= word(bytes, position + 4)
    const a = 0x700 + (l & 0xff)
    const b = 0x600 + ((l >>> 8) & 0xff)
    const c = 0x500 + ((l >>> 16) & 0xff)
    const d = 0x400 + (l >>> 24)
    const e = 0x300 + (h & 0xff)
    const f = 0x200 + ((h >>> 8) & 0xff)
    const g = 0x100 + ((h >>> 16) & 0xff)
    const i = h >>> 24
    h = at(high, a) ^ at(high, b) ^ at(high, c) ^ at(high, d) ^ at(high, e) ^ at(high, f) ^ at(high, g) ^ at(high, i)
    l = at(low, a) ^ at(low, b) ^ at(low, c) ^ at(low, d) ^ at(low, e) ^ at(low, f) ^ at(low, g) ^ at(low, i)
  }
  for (; position < bytes.length; position++) {
    const entry = (l ^ (bytes[position] as number)) & 0xff
    l = at(low, entry) ^ ((l >>> 8) | (h << 24))
    h = at(high, entry) ^ (h >>> 8)
  }
  return join(~h, ~l)
}

function word(bytes: Uint8Array, position: number): number {
  return (
    (bytes[position] as number) |
    ((bytes[position + 1] as number) << 8) |
    ((bytes[position + 2] as number) << 16) |
    ((bytes[position + 3] as number) << 24)
  )
}

/** The checksum of `a`'s bytes followed by `b`'s, from both checksums and the length of b's bytes (a safe integer). */
export function crc64Combine(a: bigint, b: bigint, lengthOfB: number): bigint {
  checkLength(lengthOfB)
  const shift = shiftBy(lengthOfB)
  view.setBigUint64(0, a)
  multiply(view.getUint32(0), view.getUint32(4), shift.high, shift.low)
  view.setBigUint64(0, b)
  return join(productHigh ^ view.getUint32(0), productLow ^ view.getUint32(4))
}

/** The checksum of consecutive pieces, from the checksums of the pieces: crc64Combine without a BigInt per piece. */
export class Crc64Chain {
  #high = 0
  #low = 0

  /** Appends a piece, given the halves of its checksum and its length in bytes (a safe integer). */
  append(high: number, low: number, length: number): void {
    checkLength(length)
    const shift = shiftBy(length)
    multiply(this.#high, this.#low, shift.high, shift.low)
    this.#high = productHigh ^ high
    this.#low = productLow ^ low
  }

  /** The checksum of all pieces so far; 0 if there is no piece. */
  get value(): bigint {
    return join(this.#high, this.#low)
  }
}

function checkLength(length: number): void {
  if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`not a length: ${length}`)
}

interface Polynomial {
  readonly high: number
  readonly low: number
}

/** Most uploads have parts of one or two lengths; the bound keeps an unusual upload from filling memory. */
const CACHED_SHIFTS_MAX = 1024
const cachedShifts = new Map<number, Polynomial>()

/** x^(8 * length) modulo the polynomial: multiplying by it appends `length` zero bytes. */
function shiftBy(length: number): Polynomial {
  const cached = cachedShifts.get(length)
  if (cached !== undefined) return cached
  powers ??= buildPowers()
  let high = 0x80000000
  let low = 0
  for (let rest = length, digits = 0; rest > 0; rest = Math.floor(rest / BYTE_VALUES), digits += BYTE_VALUES) {
    const entry = digits + (rest % BYTE_VALUES)
    if (entry === digits) continue
    multiply(high, low, at(powers.high, entry), at(powers.low, entry))
    high = productHigh
    low = productLow
  }
  const shift = { high, low }
  if (cachedShifts.size === CACHED_SHIFTS_MAX) cachedShifts.clear()
  cachedShifts.set(length, shift)
  return shift
}

/** A safe integer has 53 bits. */
const LENGTH_DIGITS = 7

/** Entry `digit * 256 + value`: x^(8 * value * 256^digit). Built on first use, in less than a millisecond. */
let powers: Table | undefined

function buildPowers(): Table {
  const high = new Uint32Array(LENGTH_DIGITS * BYTE_VALUES)
  const low = new Uint32Array(LENGTH_DIGITS * BYTE_VALUES)
  let unitHigh = 0x80000000 >>> 8
  let unitLow = 0
  for (let digits = 0; digits < high.length; digits += BYTE_VALUES) {
    productHigh = 0x80000000
    productLow = 0
    for (let value = 0; value < BYTE_VALUES; value++) {
      high[digits + value] = productHigh
      low[digits + value] = productLow
      multiply(productHigh, productLow, unitHigh, unitLow)
    }
    unitHigh = productHigh
    unitLow = productLow
  }
  return { high, low }
}

/** Receives the result of `multiply`, because returning a pair would allocate. */
let productHigh = 0
let productLow = 0

function multiply(aHigh: number, aLow: number, bHigh: number, bLow: number): void {
  let high = 0
  let low = 0
  for (let bit = 0; bit < 64; bit++) {
    const take = (bit < 32 ? aHigh << bit : aLow << (bit - 32)) >> 31
    high ^= bHigh & take
    low ^= bLow & take
    const reduce = -(bLow & 1)
    bLow = ((bLow >>> 1) | (bHigh << 31)) ^ (POLYNOMIAL_LOW & reduce)
    bHigh = (bHigh >>> 1) ^ (POLYNOMIAL_HIGH & reduce)
  }
  productHigh = high
  productLow = low
}
