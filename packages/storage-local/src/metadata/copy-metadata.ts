import { openMetadataFile } from './metadata-file.js'

/**
 * Copies the metadata file of a folder, which other processes may be using, in its state at one moment and without
 * unused space. `target` is the path of a file that does not exist yet; it is not synced.
 */
export async function copyMetadata(folder: string, target: string): Promise<void> {
  const { root } = await openMetadataFile(folder, { readOnly: true })
  try {
    await root.backup(target, true)
  } finally {
    await root.close()
  }
}
