/** Temporary files without a disk, as on Debian 13 and Fedora. */

import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

const TMPFS = 0x01021994

/**
 * Why tests of the page cache are skipped: files of a tmpfs never leave it, and Linux has no read of them that waits for nothing. False
 * where the temporary folder is another file system.
 *
 * @type {string | false}
 */
export const onTmpfs = process.platform === 'linux' && statfsSync(tmpdir()).type === TMPFS && 'TMPDIR is a tmpfs'
