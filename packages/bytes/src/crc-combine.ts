import type { CrcParameters } from './plain-crc.js'

/** The CRC of two sequences of bytes together, from the CRC of each and the bytes of the second. */
export type CrcCombine = (first: bigint, second: bigint, secondBytes: number) => bigint

/**
 * Combines CRCs: the first is multiplied by x^(8 n), where n are the bytes of the second, modulo the polynomial. Powers are
 * kept by length, because the parts of an object have few different sizes.
 */
export function createCrcCombine({ polynomial, allOnes }: CrcParameters): CrcCombine {
  // reflected: the highest bit is the coefficient of x^0
  const one = (allOnes >> 1n) + 1n
  const multiply = (left: bigint, right: bigint): bigint => {
    let product = 0n
    let shifted = right
    for (let bit = one; bit > 0n; bit >>= 1n) {
      if ((left & bit) !== 0n) product ^= shifted
      shifted = (shifted & 1n) === 0n ? shifted >> 1n : (shifted >> 1n) ^ polynomial
    }
    return product
  }
  const powers = new Map<number, bigint>()
  /** x^(8 · 2^n) at index n. */
  const squares = [one >> 8n]
  const squareAt = (index: number): bigint => {
    const known = squares[index]
    if (known !== undefined) return known
    const before = squareAt(index - 1)
    squares.push(multiply(before, before))
    return squareAt(index)
  }
  const powerOf = (bytes: number): bigint => {
    const known = powers.get(bytes)
    if (known !== undefined) return known
    let power = one
    for (let exponent = bytes, index = 0; exponent > 0; exponent = Math.floor(exponent / 2), index += 1) {
      if (exponent % 2 === 1) power = multiply(power, squareAt(index))
    }
    if (powers.size >= POWERS_MAX) powers.clear()
    powers.set(bytes, power)
    return power
  }
  return (first, second, secondBytes) => multiply(powerOf(secondBytes), first) ^ second
}

const POWERS_MAX = 64
