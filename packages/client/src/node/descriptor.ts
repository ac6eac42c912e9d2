/** Open files by their numbers: a call with a callback costs half of what it costs by a FileHandle. What is opened must be closed. */
import fs from 'node:fs'
import { promisify } from 'node:util'

/** Opens a file; resolves to its number. Rejects, like all of these, with a system error. */
export const openFile: (path: string, flags: string, mode?: number) => Promise<number> = promisify(fs.open)

/** Closes a file that was written, which may wait for the disk of another machine. */
export const closeFile: (descriptor: number) => Promise<void> = promisify(fs.close)

/** Makes a file's bytes durable; its times only where they matter. */
export const syncData: (descriptor: number) => Promise<void> = promisify(fs.fdatasync)

/** Makes a file and its description durable. */
export const syncFile: (descriptor: number) => Promise<void> = promisify(fs.fsync)

/** Cuts a file to this many bytes. */
export const cutFile: (descriptor: number, bytes: number) => Promise<void> = promisify(fs.ftruncate)

/** Reads up to `length` bytes at a position into the beginning of a buffer; resolves to their number, 0 at the end. */
export function readAt(descriptor: number, into: Uint8Array, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(descriptor, into, 0, length, position, (error, bytesRead) => (error ? reject(error) : resolve(bytesRead)))
  })
}

/** Writes all bytes at a position. */
export async function writeAt(descriptor: number, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const rest = written === 0 ? bytes : bytes.subarray(written)
    written += await writeSome(descriptor, rest, position + written)
  }
}

function writeSome(descriptor: number, bytes: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.write(descriptor, bytes, 0, bytes.length, position, (error, written) =>
      error ? reject(error) : resolve(written),
    )
  })
}
