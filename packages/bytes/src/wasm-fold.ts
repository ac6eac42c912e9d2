/**
 * Folds bytes before a CRC of them is computed, without looking anything up. Adding a multiple of the polynomial to a message does not
 * change its remainder. Where a multiple has few terms, and all of them whole words apart, adding it clears one word of
 * the message and changes as many further on as it has other terms. So all words are cleared one after another, 16 bytes at a time, up to
 * the last ones, which then stand for all. That is what zlib-ng's "Chorba" kernels do for CRC-32 (Russell, 2024, arXiv 2412.16398).
 *
 * Its memory: the words before the block, the block, and the words that are left.
 */
import {
  advance,
  get,
  OP,
  repeatUntil,
  TYPE,
  unsigned,
  VECTOR_OP,
  type WasmFunction,
  type WasmMemory,
  type WebAssemblyApi,
  wasmModule,
} from './wasm-code.js'

const WORD_BYTES = 8
const VECTOR_BYTES = 16
/** Vectors per turn of the loop. */
const UNROLLED = 4
const TURN_BYTES = VECTOR_BYTES * UNROLLED
const BLOCK_BYTES = 128 * 1024
/** Bytes, as multiples of the words that are left, from which folding is faster. */
const SPANS_MIN = 3

/** Parameters: the first of the words that the multiple spans, and where the loop ends; of `settle` also where the words that are left go. */
const LOCAL = { position: 0, end: 1, out: 2 } as const

/** Bytes that stand for all that were folded. */
export interface Folded {
  readonly start: number
  readonly end: number
}

/** Folding by one multiple, in the memory from `start` to `end`. */
export class Folding {
  readonly end: number
  readonly #multiple: readonly number[]
  readonly #span: number
  readonly #start: number

  constructor(multiple: readonly number[], start: number) {
    this.#multiple = multiple
    // whole turns of the loop
    this.#span = Math.ceil((Math.max(...multiple) * WORD_BYTES) / TURN_BYTES) * TURN_BYTES
    this.#start = start
    this.end = start + this.#span + BLOCK_BYTES + this.#span + TURN_BYTES
  }

  /** Returns undefined where the runtime has no vectors. */
  compile(
    api: WebAssemblyApi,
    pages: number,
    memory: WasmMemory,
  ): { readonly bytesMin: number; fold(bytes: Uint8Array, register: bigint): Folded } | undefined {
    try {
      const module = new api.Module(wasmModule(pages, [this.#foldFunction(), this.#settleFunction()]))
      const { exports } = new api.Instance(module, { host: { memory } })
      const [fold, settle] = [exports.fold as FoldKernel, exports.settle as SettleKernel]
      return {
        bytesMin: this.#span * SPANS_MIN,
        fold: (bytes, register) => this.#fold(memory.buffer, { fold, settle }, bytes, register),
      }
    } catch {
      return undefined
    }
  }

  /** Takes at least `bytesMin` bytes, and the register before them. */
  #fold(
    buffer: ArrayBuffer,
    { fold, settle }: { readonly fold: FoldKernel; readonly settle: SettleKernel },
    bytes: Uint8Array,
    register: bigint,
  ): Folded {
    const span = this.#span
    const memory = new Uint8Array(buffer, this.#start, this.end - this.#start)
    const first = new DataView(buffer, this.#start + span, WORD_BYTES)
    const out = span + BLOCK_BYTES
    const foldable = Math.floor((bytes.length - span) / TURN_BYTES) * TURN_BYTES
    memory.fill(0, 0, span)
    for (let done = 0; done < foldable; ) {
      const length = Math.min(BLOCK_BYTES, foldable - done)
      memory.set(bytes.subarray(done, done + length), span)
      if (done === 0) first.setBigUint64(0, first.getBigUint64(0, true) ^ register, true)
      fold(this.#start, this.#start + length)
      memory.copyWithin(0, length, length + span)
      done += length
    }
    const rest = bytes.subarray(foldable)
    memory.set(rest, span)
    settle(this.#start, this.#start + span, this.#start + out)
    memory.copyWithin(out + span, span + span, span + rest.length)
    return { start: this.#start + out, end: this.#start + out + rest.length }
  }

  /** Clears the words of whole turns: what is kept of each is what the words after it need. */
  #foldFunction(): WasmFunction {
    const body = Array.from({ length: UNROLLED }, (_, index) => {
      const offset = index * VECTOR_BYTES
      return [...get(LOCAL.position), ...this.#sum(offset), ...VECTOR_OP.store, 0, ...unsigned(this.#span + offset)]
    })
    const turn = [...body.flat(), ...advance(LOCAL.position, TURN_BYTES)]
    return { name: 'fold', parameters: [TYPE.i32, TYPE.i32], body: repeatUntil(atEnd(), turn) }
  }

  /** Computes the words that are left. They are not cleared, so those after them need nothing of them. */
  #settleFunction(): WasmFunction {
    const zero = [...VECTOR_OP.constant, ...Array.from({ length: VECTOR_BYTES }, () => 0)]
    const step = [
      ...[...get(LOCAL.out), ...this.#sum(0), ...VECTOR_OP.store, 0, 0],
      ...[...get(LOCAL.position), ...zero, ...VECTOR_OP.store, 0, ...unsigned(this.#span)],
      ...[...advance(LOCAL.position, VECTOR_BYTES), ...advance(LOCAL.out, VECTOR_BYTES)],
    ]
    return { name: 'settle', parameters: [TYPE.i32, TYPE.i32, TYPE.i32], body: repeatUntil(atEnd(), step) }
  }

  /** Leaves 16 bytes of the message plus those that the terms of the multiple bring from before. */
  #sum(offset: number): number[] {
    const loads = [0, ...this.#multiple].map((distance) => {
      const place = this.#span + offset - distance * WORD_BYTES
      return [...get(LOCAL.position), ...VECTOR_OP.load, 0, ...unsigned(place)]
    })
    return loads.flatMap((each, index) => (index === 0 ? each : [...each, ...VECTOR_OP.xor]))
  }
}

type FoldKernel = (position: number, end: number) => void
type SettleKernel = (position: number, end: number, out: number) => void

function atEnd(): number[] {
  return [...get(LOCAL.position), ...get(LOCAL.end), OP.i32GreaterOrEqualUnsigned]
}
