/**
 * MD5 (RFC 1321) with a state that can be exported and restored: a sequential upload hashes its object part by part, in
 * whichever process each part arrives. Where no state is needed, the platform's own MD5 is faster.
 */

const BLOCK_BYTES = 64
const STATE_BYTES = 24

const SINES = Int32Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32))

/**
 * A running MD5. A state must come from `state()`: another one is not detected, except that fewer than 24 bytes throw
 * a RangeError.
 */
export class Md5 {
  readonly #sums = Int32Array.of(0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476)
  readonly #words = new Int32Array(16)
  readonly #tail = new Uint8Array(BLOCK_BYTES)
  /** Bytes hashed so far, including those in the tail. */
  #length = 0

  /** Continues from a state; without one, or from an empty one, starts a new hash. */
  constructor(state?: Uint8Array) {
    if (state === undefined || state.length === 0) return
    const view = new DataView(state.buffer, state.byteOffset, state.byteLength)
    for (let index = 0; index < 4; index += 1) this.#sums[index] = view.getInt32(index * 4, true)
    this.#length = Number(view.getBigUint64(16, true))
    this.#tail.set(state.subarray(STATE_BYTES))
  }

  update(bytes: Uint8Array): this {
    let at = 0
    const held = this.#length % BLOCK_BYTES
    this.#length += bytes.length
    if (held > 0) {
      at = Math.min(BLOCK_BYTES - held, bytes.length)
      this.#tail.set(bytes.subarray(0, at), held)
      if (held + at < BLOCK_BYTES) return this
      this.#addBlock(new DataView(this.#tail.buffer), 0)
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) this.#addBlock(view, at)
    this.#tail.set(bytes.subarray(at))
    return this
  }

  /** The state from which a later `Md5` can continue: at most 87 bytes. */
  state(): Uint8Array {
    const held = this.#length % BLOCK_BYTES
    const state = new Uint8Array(STATE_BYTES + held)
    const view = new DataView(state.buffer)
    this.#sums.forEach((sum, index) => {
      view.setInt32(index * 4, sum, true)
    })
    view.setBigUint64(16, BigInt(this.#length), true)
    state.set(this.#tail.subarray(0, held), STATE_BYTES)
    return state
  }

  /** The MD5 of all bytes so far, 16 bytes. Hashing may continue afterwards. */
  digest(): Uint8Array {
    const end = new Md5(this.state())
    const padding = new Uint8Array(BLOCK_BYTES + 8)
    padding[0] = 0x80
    const room = (BLOCK_BYTES + BLOCK_BYTES - 8 - 1 - (this.#length % BLOCK_BYTES)) % BLOCK_BYTES
    const bits = new Uint8Array(8)
    new DataView(bits.buffer).setBigUint64(0, BigInt(this.#length) * 8n, true)
    end.update(padding.subarray(0, room + 1)).update(bits)
    return end.state().slice(0, 16)
  }

  #addBlock(view: DataView, offset: number): void {
    const sums = this.#sums
    const words = this.#words
    for (let word = 0; word < 16; word += 1) words[word] = view.getInt32(offset + word * 4, true)
    let a = at(sums, 0)
    let b = at(sums, 1)
    let c = at(sums, 2)
    let d = at(sums, 3)
    for (let step = 0; step < 16; step += 4) {
      a = first(a, b, c, d, (at(words, step) + at(SINES, step)) | 0, 7)
      d = first(d, a, b, c, (at(words, step + 1) + at(SINES, step + 1)) | 0, 12)
      c = first(c, d, a, b, (at(words, step + 2) + at(SINES, step + 2)) | 0, 17)
      b = first(b, c, d, a, (at(words, step + 3) + at(SINES, step + 3)) | 0, 22)
    }
    for (let step = 16; step < 32; step += 4) {
      a = second(a, b, c, d, (at(words, (step * 5 + 1) & 15) + at(SINES, step)) | 0, 5)
      d = second(d, a, b, c, (at(words, ((step + 1) * 5 + 1) & 15) + at(SINES, step + 1)) | 0, 9)
      c = second(c, d, a, b, (at(words, ((step + 2) * 5 + 1) & 15) + at(SINES, step + 2)) | 0, 14)
      b = second(b, c, d, a, (at(words, ((step + 3) * 5 + 1) & 15) + at(SINES, step + 3)) | 0, 20)
    }
    for (let step = 32; step < 48; step += 4) {
      a = third(a, b, c, d, (at(words, (step * 3 + 5) & 15) + at(SINES, step)) | 0, 4)
      d = third(d, a, b, c, (at(words, ((step + 1) * 3 + 5) & 15) + at(SINES, step + 1)) | 0, 11)
      c = third(c, d, a, b, (at(words, ((step + 2) * 3 + 5) & 15) + at(SINES, step + 2)) | 0, 16)
      b = third(b, c, d, a, (at(words, ((step + 3) * 3 + 5) & 15) + at(SINES, step + 3)) | 0, 23)
    }
    for (let step = 48; step < 64; step += 4) {
      a = fourth(a, b, c, d, (at(words, (step * 7) & 15) + at(SINES, step)) | 0, 6)
      d = fourth(d, a, b, c, (at(words, ((step + 1) * 7) & 15) + at(SINES, step + 1)) | 0, 10)
      c = fourth(c, d, a, b, (at(words, ((step + 2) * 7) & 15) + at(SINES, step + 2)) | 0, 15)
      b = fourth(b, c, d, a, (at(words, ((step + 3) * 7) & 15) + at(SINES, step + 3)) | 0, 21)
    }
    sums[0] = at(sums, 0) + a
    sums[1] = at(sums, 1) + b
    sums[2] = at(sums, 2) + c
    sums[3] = at(sums, 3) + d
  }
}

const at = (array: Int32Array, index: number): number => array[index] as number

type Round = (a: number, b: number, c: number, d: number, term: number, shift: number) => number
const first: Round = (a, b, c, d, term, shift) => turn((((a + (d ^ (b & (c ^ d)))) | 0) + term) | 0, shift, b)
const second: Round = (a, b, c, d, term, shift) => turn((((a + (c ^ (d & (b ^ c)))) | 0) + term) | 0, shift, b)
const third: Round = (a, b, c, d, term, shift) => turn((((a + (b ^ c ^ d)) | 0) + term) | 0, shift, b)
const fourth: Round = (a, b, c, d, term, shift) => turn((((a + (c ^ (b | ~d))) | 0) + term) | 0, shift, b)

function turn(sum: number, shift: number, b: number): number {
  return (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0
}
