import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { Icon } from '../parts/icon.js'
import { announce, announceFailure } from '../parts/toasts.js'
import { handlesOf, hasPickers, pickFiles, pickFolder } from '../transfer/picked.js'

interface Place {
  readonly bucket: string
  readonly prefix: string
}

/** The transfers are loaded when someone first uploads. */
const transfers = () => import('../transfer/transfers.js')

/** Uploads files or a folder that someone chooses. */
export function UploadButtons({ bucket, prefix }: Place): JSX.Element {
  const words = useWords()
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const add = (input: HTMLInputElement) => {
    const chosen = [...(input.files ?? [])]
    void transfers()
      .then(({ uploadFiles }) => uploadFiles(chosen, { bucket, prefix }))
      .catch(announceFailure)
    input.value = ''
  }
  /** With a dialog that returns handles the upload goes on after a reload without choosing the files again. */
  const choose = async (what: 'files' | 'folder') => {
    const input = what === 'files' ? files.current : folder.current
    if (!hasPickers()) return input?.click()
    const counting = () => announce(words.transfers.counting)
    const picked = await (what === 'files' ? pickFiles() : pickFolder(counting))
    const { uploadFiles } = await transfers()
    await uploadFiles(picked, { bucket, prefix })
  }
  useEffect(() => {
    // not known to the types of Preact
    folder.current?.setAttribute('webkitdirectory', '')
  }, [])
  return (
    <>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label={words.objects.uploadFiles}
        onChange={(event) => add(event.currentTarget)}
      />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        aria-label={words.objects.uploadFolder}
        onChange={(event) => add(event.currentTarget)}
      />
      <button type="button" class="button" onClick={() => void choose('folder').catch(announceFailure)}>
        {words.objects.uploadFolder}
      </button>
      <button
        type="button"
        class="button primary"
        aria-keyshortcuts="u"
        onClick={() => void choose('files').catch(announceFailure)}
      >
        <Icon name="uploads" />
        {words.objects.uploadFiles}
      </button>
    </>
  )
}

/** Takes files and folders that are dropped anywhere on the page; returns whether some are over it. */
export function useDrop({ bucket, prefix }: Place): boolean {
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(true)
    }
    const leave = ({ relatedTarget }: DragEvent) => {
      if (relatedTarget === null) setOver(false)
    }
    const drop = (event: DragEvent) => {
      setOver(false)
      // a folder on the page has taken them
      if (event.defaultPrevented || !hasFiles(event) || event.dataTransfer === null) return
      event.preventDefault()
      void takeDrop(event.dataTransfer, { bucket, prefix }).catch(announceFailure)
    }
    // the transfers must have been loaded by then: the browser empties a drop after its event
    const enter = () => void transfers()
    addEventListener('dragenter', enter)
    addEventListener('dragover', over)
    addEventListener('dragleave', leave)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragenter', enter)
      removeEventListener('dragover', over)
      removeEventListener('dragleave', leave)
      removeEventListener('drop', drop)
    }
  }, [bucket, prefix])
  return isOver
}

/** Uploads what was dropped. Entries of folders and handles of files outlive the event of the drop, and the transfer does not. */
export async function takeDrop(transfer: DataTransfer, place: Place): Promise<void> {
  const items = Array.from(transfer.items).filter(({ kind }) => kind === 'file')
  const entries = items.map((item) => item.webkitGetAsEntry())
  // what comes from a page and not from a file system has no entry
  const loose = items.flatMap((item, index) => (entries[index] === null ? (item.getAsFile() ?? []) : []))
  const handling = handlesOf(transfer)
  const { droppedFiles, uploadFiles } = await transfers()
  const kept = { items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })) }
  const files = await droppedFiles(kept as unknown as DataTransfer)
  const handles = new Map((await handling).map((handle) => [handle?.name, handle]))
  const named = files.map((one) => ({ ...one, handle: one.path.includes('/') ? undefined : handles.get(one.path) }))
  await uploadFiles([...named, ...loose], place)
}
