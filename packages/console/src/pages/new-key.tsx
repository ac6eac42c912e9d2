import type { JSX } from 'preact'
import { useWords } from '../app/language.js'
import { Connect } from '../parts/connect.js'
import { Notice } from '../parts/notice.js'
import type { NewKey } from '../wire/access.js'

/** A key with its secret, ready to be pasted into the configuration of a client. It is shown this once. */
export function NewKeyShown({
  newKey,
  bucket,
  onClose,
}: {
  readonly newKey: NewKey
  readonly bucket: string | undefined
  readonly onClose: () => void
}): JSX.Element {
  const words = useWords()
  const { AccessKeyId: accessKeyId, AccessKeySecret: accessKeySecret } = newKey
  return (
    <>
      <Notice kind="warn">{words.access.shownOnce}</Notice>
      <dl class="facts">
        <dt>AccessKey ID</dt>
        <dd class="mono">{accessKeyId}</dd>
        <dt>AccessKey secret</dt>
        <dd class="mono">{accessKeySecret}</dd>
      </dl>
      <Connect accessKeyId={accessKeyId} accessKeySecret={accessKeySecret} bucket={bucket ?? 'demo'} />
      <footer>
        <button type="button" class="button primary" onClick={onClose}>
          {words.access.haveIt}
        </button>
      </footer>
    </>
  )
}
