/** WebAssembly from a few instructions, so that nothing must be compiled or fetched. Instructions are lists of bytes. */

/** The part of the global `WebAssembly` that is used; the standard library's types have it for browsers alone. */
export interface WebAssemblyApi {
  readonly Memory: new (descriptor: { initial: number; maximum: number }) => WasmMemory
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> }
}

/** The memory of a module. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer
}

/** Opcodes of the WebAssembly core specification. */
export const OP = {
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

/** Instructions on 16 bytes at once, which have a prefix. */
export const VECTOR_OP = { load: [0xfd, 0x00], store: [0xfd, 0x0b], constant: [0xfd, 0x0c], xor: [0xfd, 0x51] } as const

/** Types of values, and of blocks and functions. */
export const TYPE = { i32: 0x7f, i64: 0x7e, none: 0x40, function: 0x60 } as const

/** Leaves a local's value. */
export const get = (local: number) => [OP.localGet, local]
/** Takes a value into a local. */
export const set = (local: number) => [OP.localSet, local]
/** Leaves a number from 0. */
export const i32 = (value: number) => [OP.i32Const, ...signed(value)]
/** Leaves a number from 0, of 64 bits. */
export const i64 = (value: number) => [OP.i64Const, ...signed(value)]
/** Adds a number from 0 to a local. */
export const advance = (local: number, by: number) => [...get(local), ...i32(by), OP.i32Add, ...set(local)]

/** Runs `body` again and again until `done`, evaluated first, leaves a true value. */
export function repeatUntil(done: number[], body: number[]): number[] {
  return [OP.block, TYPE.none, OP.loop, TYPE.none, ...done, OP.brIf, 1, ...body, OP.br, 0, OP.end, OP.end]
}

/** One function of a module: the types of its parameters, of its result if it has one, and of its other locals, and its instructions. */
export interface WasmFunction {
  readonly name: string
  readonly parameters: readonly number[]
  readonly result?: number
  readonly locals?: readonly number[]
  readonly body: readonly number[]
}

/** The binary of a module that exports functions over the memory `host.memory`, of as many pages of 64 KiB as are given. */
export function wasmModule(pages: number, functions: readonly WasmFunction[]): Uint8Array {
  const types = functions.map(({ parameters, result }) => {
    const results = result === undefined ? [0] : [1, result]
    return [TYPE.function, parameters.length, ...parameters, ...results]
  })
  const bodies = functions.map(({ locals = [], body }) => {
    const code = [locals.length, ...locals.flatMap((type) => [1, type]), ...body, OP.end]
    return [...unsigned(code.length), ...code]
  })
  const exported = functions.map((each, index) => [...name(each.name), 0, index])
  const memory = [...name('host'), ...name('memory'), 2, 1, ...unsigned(pages), ...unsigned(pages)]
  return Uint8Array.from([
    ...[...codes('\0asm'), 1, 0, 0, 0],
    ...section(1, [types.length, ...types.flat()]),
    ...section(2, [1, ...memory]),
    ...section(3, [functions.length, ...functions.keys()]),
    ...section(7, [exported.length, ...exported.flat()]),
    ...section(10, [bodies.length, ...bodies.flat()]),
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
export function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

/** Signed LEB128 of a number from 0, whose highest bit must not look like a sign. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)]
}
