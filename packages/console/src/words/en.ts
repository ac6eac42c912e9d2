// size: exempt (a table: the texts of a language)

const plural = (number: number, one: string, many: string) => (number === 1 ? one : many)

/** The texts of the console in English. */
export const ENGLISH = {
  title: 'Bindery console',
  loading: 'Loading…',
  tryAgain: 'Try again',
  close: 'Close',
  cancel: 'Cancel',
  delete: 'Delete',
  open: 'Open',
  copy: 'Copy',
  copied: 'Copied',
  copyReport: 'Copy report',
  showAsCommand: 'Show as command',
  requestNumber: (id: string) => `request ${id}`,
  noAnswer: 'The server does not answer. Check that it runs and that the network works, then try again.',
  noSuchPage: 'There is no such page.',
  skipToContent: 'Skip to the content',
  places: 'Places',
  place: {
    overview: 'Overview',
    buckets: 'Buckets',
    uploads: 'Incomplete uploads',
    access: 'Users and keys',
    activity: 'Activity',
    metrics: 'Metrics',
    settings: 'Settings',
  },
  accountOwner: 'Account',
  signOut: 'Sign out',
  changeTheme: 'Change the theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  name: 'Name',
  size: 'Size',
  created: 'Created',
  actions: 'Actions',
  objectsLabel: 'Objects',
  storageClass: 'Storage class',
  incompleteParts: 'Incomplete parts',
  heldBy: (size: string, uploads: number) => `${size} in ${uploads} ${plural(uploads, 'upload', 'uploads')}`,
  acls: {
    private: 'private: only with a key',
    publicRead: 'public-read: anyone may read',
    publicReadWrite: 'public-read-write: anyone may read and write',
  },
  /** The next step after a failure, by its code. */
  advice: {
    AccessDenied: 'You may not do this: a policy or rule does not allow it.',
    NoPermission: 'You may not do this: no policy of yours allows it.',
    InvalidAccessKeyId: 'The server does not know this AccessKey ID.',
    SignatureDoesNotMatch: 'The AccessKey secret is wrong.',
    SecurityTokenExpired: 'The session is over: sign in again.',
    SignedOut: 'The session is over: sign in again.',
    InvalidSignInLink: 'This link does not sign in any more: use an access key.',
    NoSuchBucket: 'There is no such bucket.',
    NoSuchKey: 'There is no such object. It may have been deleted meanwhile.',
    NoSuchUpload: 'There is no such upload. It was completed or aborted meanwhile.',
    BucketAlreadyExists: 'This name is taken: choose another.',
    BucketNotEmpty: 'The bucket still holds objects, versions or incomplete uploads: delete them first.',
    FileAlreadyExists: 'There is already an object with this key, and it may not be overwritten.',
    InvalidBucketName: 'This cannot be the name of a bucket.',
  },
  signIn: {
    title: 'Sign in',
    button: 'Sign in',
    about:
      'The key signs one request, which begins a session of one hour; an open page renews it for up to 12 hours. The secret is not kept.',
    plainText:
      'This connection is not encrypted. Anyone on the network can read what you do here, the session included.',
  },
  buckets: {
    create: 'Create bucket',
    none: 'No bucket yet. Create one, then upload something.',
    nameHint: '3 to 63 lower-case letters, digits and hyphens',
    nameLength: 'A name has 3 to 63 characters.',
    nameCharacters: 'A name has only lower-case letters, digits and hyphens.',
    nameEnds: 'A name neither begins nor ends with a hyphen.',
    wasCreated: (name: string) => `The bucket ${name} was created.`,
    deleteOne: (name: string) => `Delete bucket ${name}`,
    wasDeleted: (name: string) => `The bucket ${name} was deleted.`,
    deletesEmpty: 'The bucket is empty. Its settings are deleted with it.',
    holds: (objects: string, uploads: string) =>
      `The bucket holds ${objects} objects and ${uploads} incomplete uploads. Only an empty bucket can be deleted.`,
    openByName: 'Open a bucket by its name',
    openHint: 'Your key may not list all buckets, but may be allowed to use one.',
  },
}

/** The texts that every language has. */
export type Words = typeof ENGLISH
