import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { SignInPage } from '../pages/sign-in.js'
import { Notice } from '../parts/notice.js'
import { Shortcuts } from '../parts/shortcuts.js'
import { useWords } from './language.js'
import { LaterPart } from './later-part.js'
import { currentRoute, type Route } from './route.js'
import { Shell, useHolder } from './shell.js'
import { useStore } from './store.js'
import { useLoad } from './use-load.js'

/** The properties of every page: the decoded path after its own first segment, and the parameters. */
export interface PageProps {
  readonly path: readonly string[]
  readonly query: Route['query']
}

type Load = () => Promise<ComponentType<PageProps>>

/** Each page is a file of its own, which is loaded when it is first opened. */
const PAGES: Readonly<Record<string, Load>> = {
  buckets: async () => (await import('../pages/buckets.js')).BucketsPage,
  objects: async () => (await import('../pages/objects.js')).ObjectsPage,
  overview: async () => (await import('../pages/overview.js')).OverviewPage,
  access: async () => (await import('../pages/access.js')).AccessPage,
  activity: async () => (await import('../pages/activity.js')).ActivityPage,
  metrics: async () => (await import('../pages/metrics.js')).MetricsPage,
  settings: async () => (await import('../pages/settings.js')).SettingsPage,
  'bucket-settings': async () => (await import('../pages/bucket-settings.js')).BucketSettingsPage,
  uploads: async () => (await import('../pages/uploads.js')).UploadsPage,
  'bucket-uploads': async () => (await import('../pages/uploads.js')).BucketUploadsPage,
  upload: async () => (await import('../pages/upload.js')).UploadPage,
  object: async () => (await import('../pages/object.js')).ObjectPage,
}

const pageOf = ({ path }: Route): string => {
  const [first = 'overview', bucket, place] = path
  if (first !== 'buckets' || bucket === undefined) return first
  if (place === 'uploads' || place === 'settings') return `bucket-${place}`
  return place ?? 'objects'
}

const loaded = new Map<string, ComponentType<PageProps>>()

/** The page that the address names, for someone who is signed in. */
export function Console(): JSX.Element {
  const holder = useHolder()
  const { path } = useStore(currentRoute)
  if (path[0] === 'ticket') return <LazyTicketPage />
  if (holder === undefined) return <SignInPage />
  return (
    <Shell holder={holder} tools={<LaterPart name="pill" />}>
      <CurrentPage />
      <LaterPart name="drawer" />
      <LaterPart name="question" />
      <Shortcuts />
    </Shell>
  )
}

/** For people without a key, who may never sign in. */
function LazyTicketPage(): JSX.Element {
  const words = useWords()
  const page = useLoad(async () => (await import('../pages/ticket.js')).TicketPage, [])
  const Page = page.value
  return Page === undefined ? <p class="muted">{words.loading}</p> : <Page />
}

function CurrentPage(): JSX.Element {
  const words = useWords()
  const route = useStore(currentRoute)
  const name = pageOf(route)
  const load = PAGES[name]
  const [, setRound] = useState(0)
  const [hasFailed, setFailed] = useState(false)
  const prepare = async () => {
    if (load === undefined || loaded.has(name)) return
    loaded.set(name, await load())
    setRound((times) => times + 1)
  }
  useEffect(() => {
    setFailed(false)
    prepare().catch(() => setFailed(true))
  }, [name])
  if (load === undefined) return <p>{words.noSuchPage}</p>
  // after an update of the server the files of the page have other names
  if (hasFailed)
    return (
      <NotLoaded
        onAgain={() =>
          prepare().then(
            () => setFailed(false),
            () => location.reload(),
          )
        }
      />
    )
  const Page = loaded.get(name)
  if (Page === undefined) return <p class="muted">{words.loading}</p>
  return <Page path={route.path.slice(1)} query={route.query} />
}

/** Stands for a page whose files did not arrive. */
function NotLoaded({ onAgain }: { readonly onAgain: () => void }): JSX.Element {
  const words = useWords()
  return (
    <Notice kind="bad">
      <strong>{words.pageNotLoaded}</strong>
      <div class="row">
        <button type="button" class="button little" onClick={onAgain}>
          {words.tryAgain}
        </button>
      </div>
    </Notice>
  )
}
