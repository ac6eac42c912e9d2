// What the programs of clients in JavaScript share: the place of the bytes, and files in flight.

import { readdirSync } from 'node:fs'
import path from 'node:path'

export const { ENDPOINT, REGION, BUCKET, PREFIX, ACCESS_KEY_ID, ACCESS_KEY_SECRET } = process.env
export const [action, folder] = process.argv.slice(2)

/** Files in flight, for clients that leave that to their caller. */
const IN_FLIGHT = 8

/** The files of the folder, and the key of each. */
export function files() {
  return readdirSync(folder).map((name) => ({ file: path.join(folder, name), key: PREFIX + name }))
}

/** The file that an object is downloaded to. */
export function fileOf(key) {
  return path.join(folder, key.slice(PREFIX.length))
}

/** Runs a job for each item, several at a time. */
export async function forEach(items, job) {
  const left = items.values()
  const worker = async () => {
    for (const item of left) await job(item)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
}
