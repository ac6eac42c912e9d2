/** Help for users while uploads run: the screen stays on, and a page is not left by accident. */

interface Releasable {
  release(): Promise<void>
}

/** Follows whether uploads run. Nothing happens where the platform has no such thing. */
export class Presence {
  readonly #keepsAwake: boolean
  readonly #warns: boolean
  #lock: Promise<Releasable | undefined> | undefined
  readonly #onUnload = (event: Event) => event.preventDefault()

  constructor({
    keepAwake = false,
    warnOnUnload = false,
  }: { readonly keepAwake?: boolean; readonly warnOnUnload?: boolean }) {
    this.#keepsAwake = keepAwake
    this.#warns = warnOnUnload
  }

  /** Called whenever uploads begin or stop to be busy; repeated calls do nothing. */
  set(isBusy: boolean): void {
    if (this.#warns && typeof globalThis.addEventListener === 'function') {
      if (isBusy) globalThis.addEventListener('beforeunload', this.#onUnload)
      else globalThis.removeEventListener('beforeunload', this.#onUnload)
    }
    if (!this.#keepsAwake) return
    if (isBusy) this.#lock ??= requestWakeLock()
    else {
      void this.#lock?.then((lock) => lock?.release()).catch(() => {})
      this.#lock = undefined
    }
  }
}

/** Undefined where the browser has no wake lock, or refuses one, as it does in the background. */
async function requestWakeLock(): Promise<Releasable | undefined> {
  const { wakeLock } = (globalThis.navigator ?? {}) as { wakeLock?: { request(kind: 'screen'): Promise<Releasable> } }
  try {
    return await wakeLock?.request('screen')
  } catch {
    return undefined
  }
}
