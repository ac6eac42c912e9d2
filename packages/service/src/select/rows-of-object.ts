/** Reads an object's bytes for a query: decompressed, and with the number of bytes that were scanned. */
import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { OssError } from '@bindery/protocol'
import type { ByteRange } from '@bindery/storage'
import type { OpenObject } from '../domain/objects/open-object.js'

/** Bytes between which other requests have their turn: a query takes milliseconds for them, and waits for nothing if they are in memory. */
const PIECE_BYTES = 64 * 1024

/** An object while it is read for a query. */
export interface ScannedObject {
  /** Pieces that each live until the next is requested. */
  readonly pieces: AsyncIterable<Uint8Array>
  /** Bytes of the object that were read so far; compressed ones, if they are. */
  scanned(): number
}

/** Iterating throws selectDecompressFailure for bytes that are not gzip. `range`: only these bytes. */
export function scanObject(object: OpenObject, isCompressed: boolean, range?: ByteRange): ScannedObject {
  let scanned = 0
  async function* stored(): AsyncGenerator<Uint8Array> {
    for await (const lent of object.read(range)) {
      try {
        for (let at = 0; at < lent.bytes.length; at += PIECE_BYTES) {
          const piece = lent.bytes.subarray(at, at + PIECE_BYTES)
          scanned += piece.length
          // decompression keeps a piece longer than it is lent
          yield isCompressed ? Uint8Array.from(piece) : piece
          await nextTurn()
        }
      } finally {
        lent.release()
      }
    }
  }
  return { pieces: isCompressed ? gunzipped(stored()) : stored(), scanned: () => scanned }
}

async function* gunzipped(stored: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(stored)
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error))
  try {
    for await (const piece of source.pipe(gunzip)) yield piece as Uint8Array
  } catch (error) {
    const isOfZlib = String((error as { readonly code?: unknown }).code).startsWith('Z_')
    throw isOfZlib ? new OssError('selectDecompressFailure', { reason: 'The object is not valid gzip.' }) : error
  } finally {
    source.destroy()
    gunzip.destroy()
  }
}
