/** SHA-256 and HMAC in plain JavaScript: browsers offer Web Crypto on https and localhost alone, and the console works on any address. */

const ROUNDS = 64
const BLOCK_BYTES = 64

/** The first 32 bits of the fractional parts of `root` of the first primes, as FIPS 180-4 defines the constants. */
function fractions(count: number, root: (prime: number) => number): Uint32Array<ArrayBuffer> {
  const values: number[] = []
  for (let candidate = 2; values.length < count; candidate += 1) {
    let isPrime = true
    for (let divisor = 2; divisor * divisor <= candidate; divisor += 1) if (candidate % divisor === 0) isPrime = false
    if (isPrime) values.push((root(candidate) % 1) * 2 ** 32)
  }
  return Uint32Array.from(values)
}

const START = fractions(8, Math.sqrt)
const CONSTANTS = fractions(ROUNDS, Math.cbrt)

/** The SHA-256 of bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const length = Math.ceil((bytes.length + 9) / BLOCK_BYTES) * BLOCK_BYTES
  const padded = new Uint8Array(length)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n)
  const state = START.slice()
  const schedule = new Uint32Array(ROUNDS)
  for (let block = 0; block < length; block += BLOCK_BYTES) {
    for (let at = 0; at < 16; at += 1) schedule[at] = view.getUint32(block + 4 * at)
    extend(schedule)
    compress(state, schedule)
  }
  const result = new DataView(new ArrayBuffer(32))
  state.forEach((word, at) => {
    result.setUint32(4 * at, word)
  })
  return new Uint8Array(result.buffer)
}

/** The HMAC-SHA256 of bytes. */
export function hmacSha256(secret: Uint8Array, bytes: Uint8Array): Uint8Array {
  const key = new Uint8Array(BLOCK_BYTES)
  key.set(secret.length > BLOCK_BYTES ? sha256(secret) : secret)
  const inner = joined(
    key.map((byte) => byte ^ 0x36),
    bytes,
  )
  return sha256(
    joined(
      key.map((byte) => byte ^ 0x5c),
      sha256(inner),
    ),
  )
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}

const rotated = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits))

function extend(schedule: Uint32Array): void {
  const word = (at: number) => schedule[at] ?? 0
  for (let at = 16; at < ROUNDS; at += 1) {
    const [early, late] = [word(at - 15), word(at - 2)]
    const first = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3)
    const second = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10)
    schedule[at] = word(at - 16) + first + word(at - 7) + second
  }
}

function compress(state: Uint32Array, schedule: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let at = 0; at < ROUNDS; at += 1) {
    const sum = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
    const first = (h + sum + ((e & f) ^ (~e & g)) + (CONSTANTS[at] ?? 0) + (schedule[at] ?? 0)) | 0
    const second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  const rounds = [a, b, c, d, e, f, g, h]
  for (let at = 0; at < 8; at += 1) state[at] = (state[at] ?? 0) + (rounds[at] ?? 0)
}
