/**
 * Reflected CRCs by WebAssembly: 16 bytes per step, each looked up in a table of its own, as in the plain kernel of CRC-64
 * but with 64-bit words. Where a sparse multiple of the polynomial is known, most of many bytes are folded away before.
 *
 * Its memory: the tables (32 KiB), then a block that bytes are copied into, then what folding needs.
 */
import type { Crc, CrcParameters } from './plain-crc.js'
import {
  advance,
  get,
  i32,
  i64,
  OP,
  repeatUntil,
  set,
  TYPE,
  unsigned,
  type WasmFunction,
  type WebAssemblyApi,
  wasmModule,
} from './wasm-code.js'
import { Folding } from './wasm-fold.js'

const SLICES = 16
const TABLE_BYTES = 256 * 8
const BLOCK_START = SLICES * TABLE_BYTES
const BLOCK_BYTES = 64 * 1024
const FOLDING_START = BLOCK_START + BLOCK_BYTES
const PAGE_BYTES = 64 * 1024
const MEMORY_PAGES = Math.ceil(FOLDING_START / PAGE_BYTES)

/** From the register (not inverted) and the bytes between two places in memory to the next register. */
type Kernel = (start: number, end: number, register: bigint) => bigint

/**
 * The parts of the kernel of a CRC, for a worker that puts them together: its memory begins with the tables, and a block of `blockBytes`
 * for bytes is at `blockStart`. The module imports `host.memory` of `pages` pages.
 */
export function wasmCrcParts({ polynomial }: CrcParameters): {
  readonly code: Uint8Array
  readonly tables: BigUint64Array
  readonly pages: number
  readonly blockStart: number
  readonly blockBytes: number
} {
  const tables = slicingTables(polynomial)
  const code = wasmModule(MEMORY_PAGES, [tableFunction()])
  return { code, tables, pages: MEMORY_PAGES, blockStart: BLOCK_START, blockBytes: BLOCK_BYTES }
}

/** A CRC, or undefined where there is no WebAssembly. */
export function createWasmCrc({ polynomial, allOnes, multiple = [] }: CrcParameters): Crc | undefined {
  const { WebAssembly: api } = globalThis as { WebAssembly?: WebAssemblyApi }
  if (api === undefined) return undefined
  const folding = multiple.length === 0 ? undefined : new Folding(multiple, FOLDING_START)
  const pages = folding === undefined ? MEMORY_PAGES : Math.ceil(folding.end / PAGE_BYTES)
  const memory = new api.Memory({ initial: pages, maximum: pages })
  const imports = { host: { memory } }
  const { exports } = new api.Instance(new api.Module(wasmModule(pages, [tableFunction()])), imports)
  const kernel = exports.kernel as Kernel
  new BigUint64Array(memory.buffer, 0, SLICES * 256).set(slicingTables(polynomial))
  const block = new Uint8Array(memory.buffer, BLOCK_START, BLOCK_BYTES)
  const folded = folding?.compile(api, pages, memory)

  return (bytes, previous = 0n) => {
    let register = previous ^ allOnes
    if (folded !== undefined && bytes.length >= folded.bytesMin) {
      const { start, end } = folded.fold(bytes, register)
      return BigInt.asUintN(64, kernel(start, end, 0n)) ^ allOnes
    }
    for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
      const piece = bytes.subarray(start, start + BLOCK_BYTES)
      block.set(piece)
      register = kernel(BLOCK_START, BLOCK_START + piece.length, register)
    }
    return BigInt.asUintN(64, register) ^ allOnes
  }
}

/** Entry `slice * 256 + byte`: the remainder that `byte` leaves after `slice` more zero bytes. */
function slicingTables(polynomial: bigint): BigUint64Array {
  const tables = new BigUint64Array(SLICES * 256)
  for (let byte = 0; byte < 256; byte++) {
    let remainder = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >> 1n) ^ (remainder & 1n ? polynomial : 0n)
    tables[byte] = remainder
  }
  for (let entry = 256; entry < tables.length; entry++) {
    const shorter = tables[entry - 256] ?? 0n
    tables[entry] = (tables[Number(shorter & 0xffn)] ?? 0n) ^ (shorter >> 8n)
  }
  return tables
}

/** Parameters of the kernel, then its locals. */
const LOCAL = { position: 0, end: 1, register: 2, first: 3 } as const

const load = (offset: number) => [OP.i64Load, 0, ...unsigned(offset)]

/** Leaves the table entry of one byte of a local, after `slice` more bytes. Entries are 8 bytes apart. */
function lookUp(local: number, byte: number, slice: number): number[] {
  const shift = byte === 0 ? [...i64(3), OP.i64ShiftLeft] : [...i64(byte * 8 - 3), OP.i64ShiftRightUnsigned]
  return [...get(local), ...shift, OP.i32Wrap, ...i32(0xff << 3), OP.i32And, ...load(slice * TABLE_BYTES)]
}

/** The same for a byte of the block, which takes fewer instructions: the register does not change it. */
function lookUpInBlock(byte: number, slice: number): number[] {
  const loaded = [...get(LOCAL.position), OP.i32Load8Unsigned, 0, ...unsigned(byte)]
  return [...loaded, ...i32(3), OP.i32ShiftLeft, ...load(slice * TABLE_BYTES)]
}

function stepOf16Bytes(): number[] {
  const fetch = [...get(LOCAL.position), ...load(0), ...get(LOCAL.register), OP.i64Xor, ...set(LOCAL.first)]
  const entries = Array.from({ length: SLICES }, (_, byte) =>
    byte < 8 ? lookUp(LOCAL.first, byte, SLICES - 1 - byte) : lookUpInBlock(byte, SLICES - 1 - byte),
  )
  const sum = entries.flatMap((entry, index) => (index === 0 ? entry : [...entry, OP.i64Xor]))
  return [...fetch, ...sum, ...set(LOCAL.register), ...advance(LOCAL.position, SLICES)]
}

function stepOf1Byte(): number[] {
  return [
    ...[...get(LOCAL.position), OP.i64Load8Unsigned, 0, 0, ...get(LOCAL.register), OP.i64Xor, ...set(LOCAL.first)],
    ...[...lookUp(LOCAL.first, 0, 0), ...get(LOCAL.register), ...i64(8), OP.i64ShiftRightUnsigned, OP.i64Xor],
    ...[...set(LOCAL.register), ...advance(LOCAL.position, 1)],
  ]
}

function tableFunction(): WasmFunction {
  const fewerThan16 = [...get(LOCAL.position), ...i32(SLICES), OP.i32Add, ...get(LOCAL.end), OP.i32GreaterUnsigned]
  const atEnd = [...get(LOCAL.position), ...get(LOCAL.end), OP.i32GreaterOrEqualUnsigned]
  const steps = [...repeatUntil(fewerThan16, stepOf16Bytes()), ...repeatUntil(atEnd, stepOf1Byte())]
  const parameters = [TYPE.i32, TYPE.i32, TYPE.i64]
  return {
    ...{ name: 'kernel', parameters, result: TYPE.i64, locals: [TYPE.i64] },
    body: [...steps, ...get(LOCAL.register)],
  }
}
