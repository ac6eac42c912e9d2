import type { JSX } from 'preact'
import { useWords } from '../app/language.js'
import { link, open } from '../app/route.js'
import { nameBelow } from '../app/shown-key.js'
import { addressOf } from '../parts/as-command.js'
import { copyText } from '../parts/copy-button.js'
import { Dialog } from '../parts/dialog.js'
import { Icon, type IconName } from '../parts/icon.js'
import { announce, announceFailure } from '../parts/toasts.js'
import type { Target } from '../wire/objects.js'
import { attachmentUrl, downloadObject } from './download.js'

/** Seconds for which a link that was copied from a list is valid. */
const LINK_SECONDS = 3_600

/** Copies a link that downloads an object. */
export async function copyLink(bucket: string, target: Target, copied: string): Promise<void> {
  await copyText(await attachmentUrl(bucket, target, LINK_SECONDS))
  announce(copied)
}

/** A menu of actions on one object of a list. */
export function ObjectActionsDialog({
  bucket,
  target,
  onClose,
  onRename,
  onCopy,
  onDelete,
}: {
  readonly bucket: string
  readonly target: Target
  readonly onClose: () => void
  /** Absent where names cannot become fields. */
  readonly onRename: (() => void) | undefined
  readonly onCopy: () => void
  readonly onDelete: () => void
}): JSX.Element {
  const words = useWords()
  const { key, versionId } = target
  const page = (tab: string) => () => open(link(['buckets', bucket, 'object'], { key, version: versionId, tab }))
  const copies = (text: string) => () => void copyText(text).then(() => announce(words.copied), announceFailure)
  const actions: readonly (readonly [IconName, string, () => void])[] = [
    ['down', words.objects.download, () => void downloadObject(bucket, target).catch(announceFailure)],
    [
      'link',
      words.objects.copyLink,
      () => void copyLink(bucket, target, words.objects.linkCopied).catch(announceFailure),
    ],
    ['copy', words.objects.copyAddress, copies(`oss://${bucket}/${key}`)],
    ['copy', words.objects.copyCommand, copies(`bindery cp ${addressOf(bucket, key)} .`)],
    ['file', words.object.tabs.overview, page('overview')],
    ['search', words.object.tabs.preview, page('preview')],
    ...(onRename === undefined ? [] : [['edit', words.objects.rename, onRename] as const]),
    ['again', words.objects.copyOrMove, onCopy],
    ['remove', words.delete, onDelete],
  ]
  return (
    <Dialog title={nameBelow('', key)} onClose={onClose} commands={[]}>
      <ul class="menu">
        {actions.map(([icon, text, act]) => (
          <li key={text}>
            <button
              type="button"
              onClick={() => {
                onClose()
                act()
              }}
            >
              <Icon name={icon} />
              {text}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
