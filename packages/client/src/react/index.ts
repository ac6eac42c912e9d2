/** Hooks for React 18 and newer, and for `preact/compat`: components that follow uploads. */
import { useCallback, useMemo, useState, useSyncExternalStore } from 'react'
import type { UploadQueue } from '../queue/queue.js'
import type { OssError } from '../types/error.js'
import type { QueueProgress } from '../types/queue.js'
import type { Progress, TransferState, UploadOptions, UploadResult, UploadSource, UploadTask } from '../types/upload.js'
import type { Uploader } from '../uploader.js'

/** An upload as it is now. */
export interface UploadView {
  readonly state: TransferState
  readonly progress: Progress
  /** Why an upload failed or was aborted. */
  readonly error: OssError | undefined
  /** The outcome of an upload that is done. */
  readonly result: UploadResult | undefined
}

/** The upload of a component, and what begins one. */
export interface UploadOfComponent {
  /** The last upload that was begun; undefined before. It goes on when its component is unmounted: end it with `abort`. */
  readonly task: UploadTask | undefined
  readonly view: UploadView | undefined
  readonly upload: (source: UploadSource, options: UploadOptions) => UploadTask
}

/** The uploads of a queue as they are now. */
export interface QueueView {
  readonly tasks: readonly UploadTask[]
  readonly progress: QueueProgress
}

/** Uploads by a client, one at a time: the component is rendered again when the upload moves. */
export function useUpload(client: Pick<Uploader, 'upload'>): UploadOfComponent {
  const [task, setTask] = useState<UploadTask | undefined>(undefined)
  const upload = useCallback(
    (source: UploadSource, options: UploadOptions) => {
      const begun = client.upload(source, options)
      setTask(begun)
      return begun
    },
    [client],
  )
  return { task, view: useTask(task), upload }
}

/** Renders a component again when an upload moves. Undefined without one. */
export function useTask(task: UploadTask | undefined): UploadView | undefined {
  const store = useMemo(() => storeOf(() => taskStore(task)), [task])
  return useSyncExternalStore(store.subscribe, store.read, store.read)
}

/** Renders a component again when uploads of a queue are added, move or end. */
export function useQueue(queue: UploadQueue): QueueView {
  const store = useMemo(() => storeOf(() => queueStore(queue)), [queue])
  return useSyncExternalStore(store.subscribe, store.read, store.read)
}

/** A source of values that change: `read` returns the present one, `listen` calls back after changes until its result is called. */
interface Source<T> {
  read(): T
  listen(onChange: () => void): () => void
}

interface Store<T> {
  readonly subscribe: (onChange: () => void) => () => void
  /** The same value until it changes, as React requires. */
  readonly read: () => T
}

function storeOf<T>(open: () => Source<T>): Store<T> {
  const source = open()
  let value = source.read()
  return {
    read: () => value,
    subscribe: (onChange) => {
      const refresh = () => {
        value = source.read()
        onChange()
      }
      // it may have moved since it was rendered
      refresh()
      return source.listen(refresh)
    },
  }
}

function taskStore(task: UploadTask | undefined): Source<UploadView | undefined> {
  if (task === undefined) return { read: () => undefined, listen: () => () => {} }
  let error: OssError | undefined
  let result: UploadResult | undefined
  void task.result.then(
    (done) => {
      result = done
    },
    (failed: OssError) => {
      error = failed
    },
  )
  return {
    read: () => ({ state: task.state, progress: task.progress, error, result }),
    listen: (onChange) => {
      const ends = [
        task.on('progress', onChange),
        task.on('state', ({ to }) => {
          if (to === 'preparing') error = undefined
          onChange()
        }),
        task.on('error', (failed) => {
          error = failed
          onChange()
        }),
        task.on('done', (done) => {
          result = done
          onChange()
        }),
      ]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}

function queueStore(queue: UploadQueue): Source<QueueView> {
  return {
    read: () => ({ tasks: [...queue], progress: queue.progress }),
    listen: (onChange) => {
      const ends = [queue.on('progress', onChange), queue.on('task', onChange), queue.on('idle', onChange)]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}
