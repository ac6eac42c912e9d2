import { openMetadataFile } from './metadata-file.js'

/**
 * Copies the metadata file of a folder, which other processes may be using, as it is at one moment, without the space that
 * it does not use. `target` is the path of a file that is not there yet; it is not synced.
 */
export async function copyMetadata(folder: string, target: string): Promise<void> {
  const { root } = await openMetadataFile(folder, { readOnly: true })
  try {
    await root.backup(target, true)
  } finally {
    await root.close()
  }
}
