import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bytes, keyText } from '@bindery/storage'
import { METADATA_FILE, openMetadataFile } from '../metadata-file.js'

/** Flips one bit of a row in a metadata file that is not open: in the middle of its value, or in its key. */
export async function damageRow(folder: string, key: Bytes, part: 'value' | 'key' = 'value'): Promise<void> {
  const { root, rows } = await openMetadataFile(folder, { readOnly: true })
  const sealed = rows.get(keyText(key))
  await root.close()
  if (sealed === undefined) throw new Error('there is no such row')
  const path = join(folder, METADATA_FILE)
  const file = await readFile(path)
  // a value with pages of its own does not follow its key
  const needle = file.includes(Buffer.concat([key, sealed])) ? Buffer.concat([key, sealed]) : Buffer.from(sealed)
  const offset = part === 'key' ? key.length - 1 : needle.length - Math.ceil(sealed.length / 2)
  let found = 0
  // unused pages may contain it as well
  for (let at = file.indexOf(needle); at !== -1; at = file.indexOf(needle, at + 1)) {
    file[at + offset] = (file[at + offset] ?? 0) ^ 0x10
    found += 1
  }
  if (found === 0) throw new Error('the file does not hold the row as expected')
  await writeFile(path, file)
}
