/** CRC-64 of blobs in a worker, for pages that stay responsive. Loaded where there are workers. */
import { CRC_PARAMETERS, wasmCrcParts } from '@bindery/bytes'
import type { Checksum } from '../wire/checksum.js'

/** Smaller blobs are computed sooner than they are handed over. */
const BLOB_BYTES_MIN = 256 * 1024

type Parts = ReturnType<typeof wasmCrcParts> & { readonly allOnes: bigint }
type Answer = { readonly id: number; readonly checksum?: bigint }

/**
 * The program of the worker, which gets it as text: it uses nothing of this module. The first message has the kernel, each other one a
 * blob. A blob that cannot be read, or hashed, is answered without a checksum.
 */
function workerProgram(): void {
  const READ_BYTES = 1024 * 1024
  const scope = globalThis as unknown as {
    onmessage: (message: { readonly data: unknown }) => void
    postMessage(answer: Answer): void
  }
  const { WebAssembly: api } = globalThis as unknown as { readonly WebAssembly: typeof WebAssembly }
  let hash: ((bytes: Uint8Array, register: bigint) => bigint) | undefined
  let ones = 0n
  const compile = ({ code, tables, pages, blockStart, blockBytes, allOnes }: Parts) => {
    const memory = new api.Memory({ initial: pages, maximum: pages })
    new BigUint64Array(memory.buffer, 0, tables.length).set(tables)
    const instance = new api.Instance(new api.Module(code as BufferSource), { host: { memory } })
    const kernel = instance.exports.kernel as (start: number, end: number, register: bigint) => bigint
    const block = new Uint8Array(memory.buffer, blockStart, blockBytes)
    ones = allOnes
    hash = (bytes, before) => {
      let register = before
      for (let start = 0; start < bytes.length; start += blockBytes) {
        const piece = bytes.subarray(start, start + blockBytes)
        block.set(piece)
        register = kernel(blockStart, blockStart + piece.length, register)
      }
      return register
    }
  }
  const checksumOf = async (blob: Blob) => {
    let register = ones
    for (let start = 0; start < blob.size; start += READ_BYTES) {
      const bytes = new Uint8Array(await blob.slice(start, start + READ_BYTES).arrayBuffer())
      if (hash === undefined) throw new Error('there is no kernel')
      register = hash(bytes, register)
    }
    return BigInt.asUintN(64, register) ^ ones
  }
  scope.onmessage = ({ data }) => {
    const message = data as Parts | { readonly id: number; readonly blob: Blob }
    if ('code' in message) return compile(message)
    const { id, blob } = message
    void checksumOf(blob).then(
      (checksum) => scope.postMessage({ id, checksum }),
      () => scope.postMessage({ id }),
    )
  }
}

/** One worker of a page, and the blobs that it computes. Without a worker all of them are left to the page. */
class HashWorker {
  readonly #worker: Worker | undefined
  readonly #waiting = new Map<number, (checksum: bigint | undefined) => void>()
  #isLost = false
  #count = 0

  constructor(name: 'crc64' | 'crc64nvme') {
    this.#worker = start()
    if (this.#worker === undefined) return
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#settle(data.id, data.checksum)
    // a policy of the page forbids it, or its program does not run
    this.#worker.onerror = () => {
      this.#isLost = true
      for (const id of this.#waiting.keys()) this.#settle(id, undefined)
    }
    const parameters = CRC_PARAMETERS[name]
    this.#worker.postMessage({ ...wasmCrcParts(parameters), allOnes: parameters.allOnes })
  }

  /** Resolves to undefined where the page itself is to compute it. */
  checksum(blob: Blob): Promise<bigint | undefined> {
    if (this.#worker === undefined || this.#isLost) return Promise.resolve(undefined)
    this.#count += 1
    const id = this.#count
    this.#worker.postMessage({ id, blob })
    return new Promise((resolve) => this.#waiting.set(id, resolve))
  }

  #settle(id: number, checksum: bigint | undefined): void {
    this.#waiting.get(id)?.(checksum)
    this.#waiting.delete(id)
  }
}

function start(): Worker | undefined {
  const url = URL.createObjectURL(new Blob([`(${workerProgram})()`], { type: 'text/javascript' }))
  try {
    return new Worker(url)
  } catch {
    return undefined // a policy of the page forbids it
  }
}

const workers = new Map<string, HashWorker>()

/** The checksum with blobs computed in the worker of the page, which all clients share. */
export function inWorker(checksum: Checksum, wished: 'auto' | true, dialect: 'oss' | 's3' = 'oss'): Checksum {
  if (wished === 'auto' && typeof document === 'undefined') return checksum
  const name = dialect === 's3' ? 'crc64nvme' : 'crc64'
  const worker = workers.get(name) ?? new HashWorker(name)
  workers.set(name, worker)
  return {
    ...checksum,
    ofBlob: async (blob) => (blob.size < BLOB_BYTES_MIN ? undefined : worker.checksum(blob)),
  }
}
