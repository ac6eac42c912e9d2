/**
 * Reflected CRCs by WebAssembly: 16 bytes per step, each looked up in a table of its own, as in the plain kernel of CRC-64
 * but with 64-bit words. The module is put together here from a few instructions, so that nothing must be compiled or
 * fetched.
 *
 * Its memory: the tables (32 KiB), then a block that bytes are copied into. The copy costs 3 % of the checksum.
 */
import type { Crc, CrcParameters } from './plain-crc.js'

const SLICES = 16
const TABLE_BYTES = 256 * 8
const BLOCK_START = SLICES * TABLE_BYTES
const BLOCK_BYTES = 64 * 1024
const MEMORY_PAGES = Math.ceil((BLOCK_START + BLOCK_BYTES) / (64 * 1024))

/** The part of the global `WebAssembly` that is used; the standard library's types have it for browsers alone. */
interface WebAssemblyApi {
  readonly Memory: new (descriptor: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> }
}

/** From the register (not inverted) and the block's first `length` bytes to the next register. */
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
  return { code: assemble(), tables, pages: MEMORY_PAGES, blockStart: BLOCK_START, blockBytes: BLOCK_BYTES }
}

/** A CRC, or undefined where there is no WebAssembly. */
export function createWasmCrc({ polynomial, allOnes }: CrcParameters): Crc | undefined {
  const { WebAssembly: api } = globalThis as { WebAssembly?: WebAssemblyApi }
  if (api === undefined) return undefined
  const memory = new api.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES })
  const { exports } = new api.Instance(new api.Module(assemble()), { host: { memory } })
  const kernel = exports.kernel as Kernel
  new BigUint64Array(memory.buffer, 0, SLICES * 256).set(slicingTables(polynomial))
  const block = new Uint8Array(memory.buffer, BLOCK_START, BLOCK_BYTES)

  return (bytes, previous = 0n) => {
    let register = previous ^ allOnes
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

/** Opcodes of the WebAssembly core specification. */
const OP = {
  block: 0x02,
  loop: 0x03,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  localGet: 0x20,
  localSet: 0x21,
  i64Load: 0x29,
  i32Load8Unsigned: 0x2d,
  i64Load8Unsigned: 0x31,
  i32Const: 0x41,
  i64Const: 0x42,
  i32GreaterUnsigned: 0x4b,
  i32GreaterOrEqualUnsigned: 0x4f,
  i32Add: 0x6a,
  i32And: 0x71,
  i32ShiftLeft: 0x74,
  i64Xor: 0x85,
  i64ShiftLeft: 0x86,
  i64ShiftRightUnsigned: 0x88,
  i32Wrap: 0xa7,
} as const

const TYPE = { i32: 0x7f, i64: 0x7e, none: 0x40, function: 0x60 } as const

/** Parameters of the kernel, then its locals. */
const LOCAL = { position: 0, end: 1, register: 2, first: 3 } as const

const get = (local: number) => [OP.localGet, local]
const set = (local: number) => [OP.localSet, local]
const i32 = (value: number) => [OP.i32Const, ...signed(value)]
const i64 = (value: number) => [OP.i64Const, ...signed(value)]
const load = (offset: number) => [OP.i64Load, 0, ...unsigned(offset)]
const advance = (bytes: number) => [...get(LOCAL.position), ...i32(bytes), OP.i32Add, ...set(LOCAL.position)]

/** Runs `body` again and again until `done`, evaluated first, leaves a true value. */
function repeatUntil(done: number[], body: number[]): number[] {
  return [OP.block, TYPE.none, OP.loop, TYPE.none, ...done, OP.brIf, 1, ...body, OP.br, 0, OP.end, OP.end]
}

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
  return [...fetch, ...sum, ...set(LOCAL.register), ...advance(SLICES)]
}

function stepOf1Byte(): number[] {
  return [
    ...[...get(LOCAL.position), OP.i64Load8Unsigned, 0, 0, ...get(LOCAL.register), OP.i64Xor, ...set(LOCAL.first)],
    ...[...lookUp(LOCAL.first, 0, 0), ...get(LOCAL.register), ...i64(8), OP.i64ShiftRightUnsigned, OP.i64Xor],
    ...[...set(LOCAL.register), ...advance(1)],
  ]
}

function assemble(): Uint8Array {
  const fewerThan16 = [...get(LOCAL.position), ...i32(SLICES), OP.i32Add, ...get(LOCAL.end), OP.i32GreaterUnsigned]
  const atEnd = [...get(LOCAL.position), ...get(LOCAL.end), OP.i32GreaterOrEqualUnsigned]
  const locals = [1, 1, TYPE.i64]
  const body = [
    ...locals,
    ...repeatUntil(fewerThan16, stepOf16Bytes()),
    ...repeatUntil(atEnd, stepOf1Byte()),
    ...[...get(LOCAL.register), OP.end],
  ]
  const memoryImport = [...name('host'), ...name('memory'), 2, 1, MEMORY_PAGES, MEMORY_PAGES]
  return Uint8Array.from([
    ...[...codes('\0asm'), 1, 0, 0, 0],
    ...section(1, [1, TYPE.function, 3, TYPE.i32, TYPE.i32, TYPE.i64, 1, TYPE.i64]),
    ...section(2, [1, ...memoryImport]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('kernel'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ])
}

function section(id: number, content: number[]): number[] {
  return [id, ...unsigned(content.length), ...content]
}

function name(text: string): number[] {
  return [text.length, ...codes(text)]
}

/** ASCII alone. */
function codes(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0))
}

/** LEB128 of a number below 2^31. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

/** Signed LEB128 of a number from 0, whose highest bit must not look like a sign. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)]
}
