// size: exempt (a table: one row per decision)

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Action } from '@bindery/protocol'
import type { Decision } from './decision.js'
import { type Ask, Judge, outcome, type Persona, type World } from './testing/world.js'

const ALICE = '2000000000000001'
const CAROL = '2000000000000003'
const OWNER_ID = '1000000000000001'
const STRANGER_ID = '1000000000000002'
const ALL = { Action: 'oss:*', Resource: '*' }
const OBJECTS = 'acs:oss:*:*:bkt/*'

interface Scenario {
  readonly name: string
  readonly world: World
  /**
   * One question per line: requester, action, key (`-` for the bucket, `@` for the service, `!key` for one that has no
   * object), circumstances, and after the arrow `allow` or the cause of denial, and what decided.
   */
  readonly rows: string
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'without rules the owner may do everything, and others nothing',
    world: {},
    rows: `
      owner    GetObject          a      → allow owner
      owner    PutObject          !a     → allow owner
      owner    DeleteObject       a      → allow owner
      owner    ListObjects        -      → allow owner
      owner    DeleteBucket       -      → allow owner
      owner    PutBucketPolicy    -      → allow owner
      owner    GetObjectAcl       a      → allow owner
      owner    ListBuckets        @      → allow owner
      stranger ListBuckets        @      → allow owner
      stranger GetObject          a      → deniedByAcl acl
      stranger PutObject          !a     → deniedByAcl acl
      stranger DeleteObject       a      → deniedByAcl acl
      stranger ListObjects        -      → bucketNotYours acl
      stranger DeleteBucket       -      → bucketNotYours acl
      stranger PutBucketPolicy    -      → bucketNotYours acl
      stranger GetObjectAcl       a      → readAclDenied acl
      stranger PutObjectAcl       a      → writeAclDenied acl
      anonymous   GetObject          a      → deniedByAcl acl
      anonymous   PutObject          !a     → deniedByAcl acl
      anonymous   AbortMultipartUpload a    → deniedByAcl acl
      anonymous   ListObjects        -      → anonymousBucketDenied acl
      anonymous   GetObjectAcl       a      → anonymousBucketDenied acl
      anonymous   ListBuckets        @      → anonymousForbidden acl
      alice    GetObject          a      → deniedByAcl acl
      alice    PutObject          !a     → deniedByAcl acl
      alice    ListObjects        -      → bucketNotYours acl
      alice    ListBuckets        @      → listBucketsDenied acl
      reader   GetObject          a      → deniedByAcl acl
      reader   ListBuckets        @      → listBucketsDenied acl
      carol    GetObject          a      → deniedByAcl acl
      visitor  GetObject          a      → deniedByAcl acl`,
  },
  {
    name: 'public-read opens reading, to the users of the owner too, and no listing',
    world: { bucketAcl: 'public-read' },
    rows: `
      anonymous   GetObject          a      → allow acl
      anonymous   GetObject          !a     → allow acl
      anonymous   GetObjectVersion   a      → allow acl
      anonymous   PutObject          !a     → deniedByAcl acl
      anonymous   DeleteObject       a      → deniedByAcl acl
      anonymous   ListParts          a      → deniedByAcl acl
      anonymous   ListObjects        -      → anonymousBucketDenied acl
      stranger GetObject          a      → allow acl
      stranger PutObject          a      → deniedByAcl acl
      stranger GetObjectTagging   a      → bucketNotYours acl
      alice    GetObject          a      → allow acl
      alice    PutObject          !a     → deniedByAcl acl
      reader   GetObject          a      → allow acl
      visitor  GetObject          a      → allow acl
      owner    PutObject          a      → allow owner`,
  },
  {
    name: 'public-read-write opens writing, and what accompanies an upload',
    world: { bucketAcl: 'public-read-write' },
    rows: `
      anonymous   GetObject          a      → allow acl
      anonymous   PutObject          !a     → allow acl
      anonymous   PutObject          a      → allow acl
      anonymous   DeleteObject       a      → allow acl
      anonymous   AbortMultipartUpload a    → allow acl
      anonymous   ListParts          a      → allow acl
      anonymous   PutObjectAcl       a within=PutObject → allow acl
      anonymous   PutObjectTagging   a within=PutObject → allow acl
      anonymous   PutObjectAcl       a      → anonymousBucketDenied acl
      anonymous   ListMultipartUploads -    → anonymousBucketDenied acl
      anonymous   DeleteBucket       -      → anonymousBucketDenied acl
      stranger PutObject          a      → allow acl
      stranger PutObjectAcl       a      → writeAclDenied acl
      stranger PutBucketAcl       -      → bucketNotYours acl
      alice    DeleteObject       a      → allow acl
      alice    RestoreObject      a      → bucketNotYours acl`,
  },
  {
    name: "an object's own ACL closes it in an open bucket",
    world: { bucketAcl: 'public-read-write', objectAcl: 'private' },
    rows: `
      anonymous   GetObject          a      → deniedByAcl acl
      anonymous   GetObject          !a     → allow acl
      anonymous   PutObject          a      → deniedByAcl acl
      anonymous   PutObject          !a     → allow acl
      stranger DeleteObject       a      → deniedByAcl acl
      alice    GetObject          a      → deniedByAcl acl
      owner    GetObject          a      → allow owner`,
  },
  {
    name: "an object's own ACL opens it in a private bucket",
    world: { bucketAcl: 'private', objectAcl: 'public-read' },
    rows: `
      anonymous   GetObject          a      → allow acl
      anonymous   GetObject          !a     → deniedByAcl acl
      anonymous   PutObject          a      → deniedByAcl acl
      stranger GetObject          a      → allow acl
      carol    GetObject          a      → allow acl
      reader   GetObject          a      → allow acl
      anonymous   ListObjects        -      → anonymousBucketDenied acl`,
  },
  {
    name: 'public-read-write of an object in a private bucket',
    world: { bucketAcl: 'private', objectAcl: 'public-read-write' },
    rows: `
      anonymous   GetObject          a      → allow acl
      anonymous   PutObject          a      → allow acl
      anonymous   DeleteObject       a      → allow acl
      anonymous   PutObject          !a     → deniedByAcl acl
      anonymous   PutObjectAcl       a      → anonymousBucketDenied acl`,
  },
  {
    name: 'RAM policies of a user count in the buckets of its account, and only there',
    world: {
      attached: {
        alice: [
          [{ Effect: 'Allow', Action: ['oss:GetObject', 'oss:ListObjects'], Resource: ['acs:oss:*:*:bkt', OBJECTS] }],
        ],
        carol: [[{ Effect: 'Allow', ...ALL }]],
      },
    },
    rows: `
      alice    GetObject          a      → allow ramPolicy alice-0#0
      alice    GetObject          !a     → allow ramPolicy alice-0#0
      alice    ListObjects        -      → allow ramPolicy alice-0#0
      alice    PutObject          !a     → deniedByAcl acl
      alice    GetObjectAcl       a      → readAclDenied acl
      alice    ListBuckets        @      → listBucketsDenied acl
      bob      GetObject          a      → deniedByAcl acl
      carol    GetObject          a      → deniedByAcl acl
      carol    ListObjects        -      → bucketNotYours acl
      carol    ListBuckets        @      → allow ramPolicy carol-0#0
      owner    PutObject          a      → allow owner`,
  },
  {
    name: 'a denial wins, in whichever policy it stands',
    world: {
      attached: {
        alice: [[{ Effect: 'Allow', ...ALL }], [{ Effect: 'Deny', Action: 'oss:Delete*', Resource: '*' }]],
        bob: [
          [
            { Effect: 'Deny', Action: 'oss:PutObject', Resource: 'acs:oss:*:*:bkt/locked/*' },
            { Effect: 'Allow', ...ALL },
          ],
        ],
        carol: [[{ Effect: 'Deny', ...ALL }]],
      },
      bucketAcl: 'public-read-write',
    },
    rows: `
      alice    PutObject          a        → allow ramPolicy alice-0#0
      alice    DeleteObject       a        → deniedByPolicy ramPolicy alice-1#0
      alice    DeleteBucket       -        → deniedByPolicy ramPolicy alice-1#0
      alice    DeleteBucketCors   -        → deniedByPolicy ramPolicy alice-1#0
      alice    DeleteObjectVersion a       → deniedByPolicy ramPolicy alice-1#0
      bob      PutObject          locked/a → deniedByPolicy ramPolicy bob-0#0
      bob      PutObject          locked   → allow ramPolicy bob-0#1
      bob      PutObject          open/a   → allow ramPolicy bob-0#1
      bob      DeleteObject       locked/a → allow ramPolicy bob-0#1
      carol    GetObject          a        → deniedByPolicy ramPolicy carol-0#0
      stranger DeleteObject       a        → allow acl`,
  },
  {
    name: 'NotAction and NotResource mean all others',
    world: {
      attached: {
        alice: [[{ Effect: 'Allow', NotAction: ['oss:Delete*', 'oss:Put*'], Resource: '*' }]],
        bob: [[{ Effect: 'Allow', Action: 'oss:*', NotResource: ['acs:oss:*:*:bkt/secret/*', 'acs:oss:*:*:bkt'] }]],
        reader: [
          [
            { Effect: 'Allow', ...ALL },
            { Effect: 'Deny', NotAction: 'oss:GetObject', Resource: '*' },
          ],
        ],
      },
    },
    rows: `
      alice    GetObject          a        → allow ramPolicy alice-0#0
      alice    ListObjects        -        → allow ramPolicy alice-0#0
      alice    PutObject          a        → deniedByAcl acl
      alice    DeleteBucket       -        → bucketNotYours acl
      bob      GetObject          a        → allow ramPolicy bob-0#0
      bob      DeleteObject       open/a   → allow ramPolicy bob-0#0
      bob      GetObject          secret/a → deniedByAcl acl
      bob      ListObjects        -        → bucketNotYours acl
      reader   GetObject          a        → allow ramPolicy reader-0#0
      reader   PutObject          a        → deniedByPolicy ramPolicy reader-0#1
      reader   ListObjects        -        → deniedByPolicy ramPolicy reader-0#1`,
  },
  {
    name: 'actions are compared without regard to case, resources with it; wildcards reach over slashes and no colons',
    world: {
      attached: {
        alice: [[{ Effect: 'Allow', Action: 'OSS:getobject', Resource: 'acs:oss:*:*:bkt/A?c*' }]],
        bob: [[{ Effect: 'Allow', Action: 'oss:*', Resource: 'acs:oss:*:*:other/*' }]],
        reader: [
          [
            {
              Effect: 'Allow',
              Action: 'oss:GetObject',
              Resource: [
                'acs:oss:oss-cn-hangzhou:1000000000000001:bkt/hz/*',
                'acs:oss:cn-beijing:*:bkt/bj/*',
                'acs:oss:::bkt/any/*',
              ],
            },
          ],
        ],
        visitor: [[{ Effect: 'Allow', Action: '*', Resource: 'acs:oss:*:1000000000000002:*' }]],
      },
    },
    rows: `
      alice    GetObject          Abc      → allow ramPolicy alice-0#0
      alice    GetObject          Abc/d/e  → allow ramPolicy alice-0#0
      alice    GetObject          A/c      → allow ramPolicy alice-0#0
      alice    GetObject          abc      → deniedByAcl acl
      alice    GetObject          Ac       → deniedByAcl acl
      alice    GetObjectAcl       Abc      → readAclDenied acl
      bob      GetObject          a        → deniedByAcl acl
      bob      GetObject          x:other/a → deniedByAcl acl
      bob      GetObject          :1:other/a → deniedByAcl acl
      bob      ListObjects        -        → bucketNotYours acl
      reader   GetObject          hz/a     → allow ramPolicy reader-0#0
      reader   GetObject          bj/a     → deniedByAcl acl
      reader   GetObject          any/a    → allow ramPolicy reader-0#0
      visitor  GetObject          a        → deniedByAcl acl
      visitor  ListBuckets        @        → allow ramPolicy visitor-0#0`,
  },
  {
    name: 'a bucket pattern without a slash means the bucket, and one that ends in a star also its objects',
    world: {
      attached: {
        alice: [[{ Effect: 'Allow', Action: 'oss:*', Resource: 'acs:oss:*:*:bkt' }]],
        bob: [[{ Effect: 'Allow', Action: 'oss:*', Resource: 'acs:oss:*:*:bkt*' }]],
        reader: [[{ Effect: 'Allow', Action: 'oss:*', Resource: 'acs:oss:*:*:bkt/*' }]],
      },
    },
    rows: `
      alice    ListObjects        -      → allow ramPolicy alice-0#0
      alice    GetObject          a      → deniedByAcl acl
      bob      ListObjects        -      → allow ramPolicy bob-0#0
      bob      GetObject          a/b    → allow ramPolicy bob-0#0
      reader   ListObjects        -      → bucketNotYours acl
      reader   GetObject          a/b    → allow ramPolicy reader-0#0
      bob      ListBuckets        @      → listBucketsDenied acl`,
  },
  {
    name: 'a bucket policy names users and accounts, across accounts too',
    world: {
      bucketPolicy: [
        { Effect: 'Allow', Principal: [ALICE, CAROL], Action: 'oss:GetObject', Resource: OBJECTS },
        {
          Effect: 'Allow',
          Principal: [STRANGER_ID],
          Action: ['oss:PutObject', 'oss:ListObjects'],
          Resource: ['acs:oss:*:*:bkt', OBJECTS],
        },
        {
          Effect: 'Allow',
          Principal: ['arn:sts::1000000000000001:assumed-role/reader/*'],
          Action: 'oss:GetObject',
          Resource: OBJECTS,
        },
        {
          Effect: 'Allow',
          Principal: ['arn:sts::1000000000000002:assumed-role/visitor/s2'],
          Action: 'oss:GetObjectAcl',
          Resource: OBJECTS,
        },
      ],
    },
    rows: `
      alice    GetObject          a      → allow bucketPolicy #0
      alice    PutObject          a      → deniedByAcl acl
      bob      GetObject          a      → deniedByAcl acl
      carol    GetObject          a      → allow bucketPolicy #0
      carol    PutObject          a      → deniedByAcl acl
      stranger PutObject          a      → allow bucketPolicy #1
      stranger ListObjects        -      → allow bucketPolicy #1
      stranger GetObject          a      → deniedByAcl acl
      stranger DeleteBucket       -      → bucketNotYours acl
      reader   GetObject          a      → allow bucketPolicy #2
      reader   PutObject          a      → deniedByAcl acl
      visitor  GetObjectAcl       a      → allow bucketPolicy #3
      visitor  GetObject          a      → deniedByAcl acl
      anonymous   GetObject          a      → deniedByAcl acl
      owner    GetObject          a      → allow owner`,
  },
  {
    name: 'a bucket policy that names everyone means anonymous requests too',
    world: {
      bucketPolicy: [
        { Effect: 'Allow', Principal: ['*'], Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bkt/public/*' },
        {
          Effect: 'Allow',
          Principal: [],
          Action: 'oss:ListObjects',
          Resource: 'acs:oss:*:*:bkt',
          Condition: { StringLike: { 'oss:Prefix': 'public/*' } },
        },
        { Effect: 'Deny', Principal: ['*'], Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bkt/public/hidden' },
      ],
      bucketAcl: 'private',
    },
    rows: `
      anonymous   GetObject          public/a      → allow bucketPolicy #0
      anonymous   GetObject          private/a     → deniedByAcl acl
      anonymous   GetObject          public/hidden → deniedByPolicy bucketPolicy #2
      anonymous   ListObjects        - prefix=public/x → allow bucketPolicy #1
      anonymous   ListObjects        -             → anonymousBucketDenied acl
      anonymous   PutObject          public/a      → deniedByAcl acl
      stranger GetObject          public/a      → allow bucketPolicy #0
      stranger GetObject          public/hidden → deniedByPolicy bucketPolicy #2
      carol    GetObject          public/a      → allow bucketPolicy #0
      alice    GetObject          public/hidden → deniedByPolicy bucketPolicy #2
      owner    GetObject          public/hidden → allow owner`,
  },
  {
    name: 'everyone includes the owner only if there is a condition',
    world: {
      bucketPolicy: [
        { Effect: 'Deny', Principal: ['*'], Action: 'oss:PutObject', Resource: OBJECTS },
        {
          Effect: 'Deny',
          Principal: ['*'],
          Action: 'oss:GetObject',
          Resource: OBJECTS,
          Condition: { NotIpAddress: { 'acs:SourceIp': '10.0.0.0/8' } },
        },
        { Effect: 'Deny', Principal: [OWNER_ID], Action: 'oss:DeleteObject', Resource: OBJECTS },
      ],
    },
    rows: `
      owner    PutObject          a              → allow owner
      owner    GetObject          a ip=10.1.2.3  → allow owner
      owner    GetObject          a ip=192.0.2.1 → deniedByPolicy bucketPolicy #1
      owner    DeleteObject       a              → deniedByPolicy bucketPolicy #2
      owner    DeleteBucket       -              → allow owner
      alice    PutObject          a              → deniedByPolicy bucketPolicy #0
      alice    DeleteObject       a              → deniedByAcl acl
      stranger PutObject          a              → deniedByPolicy bucketPolicy #0
      anonymous   GetObject          a ip=192.0.2.1 → deniedByPolicy bucketPolicy #1
      anonymous   GetObject          a ip=10.0.0.1  → deniedByAcl acl`,
  },
  {
    name: 'NotPrincipal means all others, and the owner only with a condition',
    world: {
      bucketAcl: 'public-read',
      bucketPolicy: [
        {
          Effect: 'Deny',
          NotPrincipal: [ALICE, STRANGER_ID],
          Action: 'oss:GetObject',
          Resource: 'acs:oss:*:*:bkt/team/*',
        },
        {
          Effect: 'Deny',
          NotPrincipal: [ALICE],
          Action: 'oss:GetObject',
          Resource: 'acs:oss:*:*:bkt/night/*',
          Condition: { Bool: { 'acs:SecureTransport': 'false' } },
        },
        {
          Effect: 'Deny',
          NotPrincipal: ['arn:sts::1000000000000001:assumed-role/reader/s?'],
          Action: 'oss:GetObject',
          Resource: 'acs:oss:*:*:bkt/role/*',
        },
        { Effect: 'Deny', NotPrincipal: ['*'], Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bkt/none/*' },
      ],
    },
    rows: `
      alice    GetObject          team/a      → allow acl
      stranger GetObject          team/a      → allow acl
      bob      GetObject          team/a      → deniedByPolicy bucketPolicy #0
      carol    GetObject          team/a      → deniedByPolicy bucketPolicy #0
      anonymous   GetObject          team/a      → deniedByPolicy bucketPolicy #0
      owner    GetObject          team/a      → allow owner
      owner    GetObject          night/a     → deniedByPolicy bucketPolicy #1
      owner    GetObject          night/a ssl → allow owner
      alice    GetObject          night/a     → allow acl
      reader   GetObject          role/a      → allow acl
      visitor  GetObject          role/a      → deniedByPolicy bucketPolicy #2
      anonymous   GetObject          none/a      → allow acl`,
  },
  {
    name: 'a denial of the bucket policy wins over the RAM policy, and either may allow',
    world: {
      attached: {
        alice: [[{ Effect: 'Allow', ...ALL }]],
        bob: [[{ Effect: 'Deny', Action: 'oss:PutObject', Resource: '*' }]],
      },
      bucketPolicy: [
        { Effect: 'Deny', Principal: [ALICE], Action: 'oss:DeleteObject', Resource: OBJECTS },
        { Effect: 'Allow', Principal: ['2000000000000002'], Action: 'oss:*', Resource: [OBJECTS, 'acs:oss:*:*:bkt'] },
      ],
    },
    rows: `
      alice    PutObject          a      → allow ramPolicy alice-0#0
      alice    DeleteObject       a      → deniedByPolicy bucketPolicy #0
      alice    DeleteBucket       -      → allow ramPolicy alice-0#0
      bob      GetObject          a      → allow bucketPolicy #1
      bob      PutObject          a      → deniedByPolicy ramPolicy bob-0#0
      bob      PutBucketPolicy    -      → allow bucketPolicy #1
      bob      ListBuckets        @      → listBucketsDenied acl`,
  },
  {
    name: 'a session policy narrows a role, whatever else allows',
    world: {
      bucketAcl: 'public-read',
      attached: { reader: [[{ Effect: 'Allow', ...ALL }]], visitor: [[{ Effect: 'Allow', ...ALL }]] },
      session: [
        { Effect: 'Allow', Action: ['oss:GetObject', 'oss:PutObject'], Resource: 'acs:oss:*:*:bkt/home/*' },
        { Effect: 'Deny', Action: 'oss:PutObject', Resource: 'acs:oss:*:*:bkt/home/kept/*' },
      ],
      bucketPolicy: [{ Effect: 'Allow', Principal: ['*'], Action: 'oss:GetObject', Resource: OBJECTS }],
    },
    rows: `
      reader   GetObject          home/a      → allow ramPolicy reader-0#0
      reader   PutObject          home/a      → allow ramPolicy reader-0#0
      reader   PutObject          home/kept/a → deniedBySessionPolicy sessionPolicy #1
      reader   GetObject          a           → deniedBySessionPolicy sessionPolicy
      reader   ListObjects        -           → deniedBySessionPolicy sessionPolicy
      reader   DeleteObject       home/a      → deniedBySessionPolicy sessionPolicy
      reader   ListBuckets        @           → deniedBySessionPolicy sessionPolicy
      visitor  GetObject          home/a      → allow bucketPolicy #0
      visitor  GetObject          a           → deniedBySessionPolicy sessionPolicy
      visitor  PutObject          home/a      → deniedByAcl acl
      anonymous   GetObject          a           → allow bucketPolicy #0
      alice    GetObject          a           → allow bucketPolicy #0`,
  },
  {
    name: 'a session policy gives nothing of its own',
    world: {
      session: [{ Effect: 'Allow', ...ALL }],
      attached: { reader: [[{ Effect: 'Allow', Action: 'oss:GetObject', Resource: '*' }]] },
    },
    rows: `
      reader   GetObject          a      → allow ramPolicy reader-0#0
      reader   PutObject          a      → deniedByAcl acl
      visitor  GetObject          a      → deniedByAcl acl`,
  },
  {
    name: 'string conditions',
    world: {
      attached: {
        alice: [
          [
            {
              Effect: 'Allow',
              Action: 'oss:GetObject',
              Resource: '*',
              Condition: { StringEquals: { 'acs:UserAgent': ['app/1', 'app/2'] } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:PutObject',
              Resource: '*',
              Condition: { StringNotEquals: { 'acs:UserAgent': ['bad/1', 'bad/2'] } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:DeleteObject',
              Resource: '*',
              Condition: { StringEqualsIgnoreCase: { 'acs:UserAgent': 'App' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:ListParts',
              Resource: '*',
              Condition: { StringNotEqualsIgnoreCase: { 'acs:UserAgent': 'App' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:GetObjectAcl',
              Resource: '*',
              Condition: { StringLike: { 'acs:UserAgent': 'app/?.*' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:PutObjectAcl',
              Resource: '*',
              Condition: { StringNotLike: { 'acs:UserAgent': ['app/*', 'bad/*'] } },
            },
          ],
        ],
      },
    },
    rows: `
      alice GetObject    a agent=app/1   → allow ramPolicy alice-0#0
      alice GetObject    a agent=app/2   → allow ramPolicy alice-0#0
      alice GetObject    a agent=App/1   → deniedByAcl acl
      alice GetObject    a               → deniedByAcl acl
      alice PutObject    a agent=good    → allow ramPolicy alice-0#1
      alice PutObject    a agent=bad/1   → deniedByAcl acl
      alice PutObject    a agent=bad/2   → deniedByAcl acl
      alice PutObject    a               → allow ramPolicy alice-0#1
      alice DeleteObject a agent=aPP     → allow ramPolicy alice-0#2
      alice DeleteObject a agent=apps    → deniedByAcl acl
      alice ListParts    a agent=aPP     → deniedByAcl acl
      alice ListParts    a agent=apps    → allow ramPolicy alice-0#3
      alice ListParts    a               → allow ramPolicy alice-0#3
      alice GetObjectAcl a agent=app/1.5 → allow ramPolicy alice-0#4
      alice GetObjectAcl a agent=app/15  → readAclDenied acl
      alice PutObjectAcl a agent=other   → allow ramPolicy alice-0#5
      alice PutObjectAcl a agent=bad/x   → writeAclDenied acl
      alice PutObjectAcl a               → allow ramPolicy alice-0#5`,
  },
  {
    name: 'addresses',
    world: {
      attached: {
        alice: [
          [
            {
              Effect: 'Allow',
              Action: 'oss:GetObject',
              Resource: '*',
              Condition: { IpAddress: { 'acs:SourceIp': ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'] } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:PutObject',
              Resource: '*',
              Condition: { NotIpAddress: { 'acs:SourceIp': ['10.0.0.0/8', '192.0.2.7'] } },
            },
          ],
        ],
      },
    },
    rows: `
      alice GetObject a ip=10.0.0.0         → allow ramPolicy alice-0#0
      alice GetObject a ip=10.255.255.255   → allow ramPolicy alice-0#0
      alice GetObject a ip=11.0.0.0         → deniedByAcl acl
      alice GetObject a ip=192.0.2.7        → allow ramPolicy alice-0#0
      alice GetObject a ip=192.0.2.8        → deniedByAcl acl
      alice GetObject a ip=::ffff:10.0.0.1  → allow ramPolicy alice-0#0
      alice GetObject a ip=2001:db8:1::5    → allow ramPolicy alice-0#0
      alice GetObject a ip=2001:db9::5      → deniedByAcl acl
      alice PutObject a ip=10.0.0.1         → deniedByAcl acl
      alice PutObject a ip=192.0.2.7        → deniedByAcl acl
      alice PutObject a ip=192.0.2.8        → allow ramPolicy alice-0#1
      alice PutObject a ip=2001:db8::1      → allow ramPolicy alice-0#1`,
  },
  {
    name: 'times and transport',
    world: {
      attached: {
        alice: [
          [
            {
              Effect: 'Allow',
              Action: 'oss:GetObject',
              Resource: '*',
              Condition: { DateLessThan: { 'acs:CurrentTime': '2026-01-05T08:00:00Z' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:PutObject',
              Resource: '*',
              Condition: { DateGreaterThanEquals: { 'acs:CurrentTime': '2026-01-05T16:00:00+08:00' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:DeleteObject',
              Resource: '*',
              Condition: { Bool: { 'acs:SecureTransport': 'true' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:ListParts',
              Resource: '*',
              Condition: { StringEquals: { 'acs:SecureTransport': 'HTTPS' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:GetObjectAcl',
              Resource: '*',
              Condition: { Bool: { 'acs:MFAPresent': 'true' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:PutObjectAcl',
              Resource: '*',
              Condition: { DateEquals: { 'acs:CurrentTime': '2026-01-05' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:RestoreObject',
              Resource: '*',
              Condition: { DateNotEquals: { 'acs:CurrentTime': '2026-01-05' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:GetObjectTagging',
              Resource: '*',
              Condition: { DateLessThanEquals: { 'acs:CurrentTime': '2026-01-05' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:PutObjectTagging',
              Resource: '*',
              Condition: { DateGreaterThan: { 'acs:CurrentTime': '2026-01-05' } },
            },
          ],
        ],
      },
    },
    rows: `
      alice GetObject    a now=2026-01-05T07:59:59.999Z → allow ramPolicy alice-0#0
      alice GetObject    a now=2026-01-05T08:00:00.000Z → deniedByAcl acl
      alice PutObject    a now=2026-01-05T07:59:59.999Z → deniedByAcl acl
      alice PutObject    a now=2026-01-05T08:00:00.000Z → allow ramPolicy alice-0#1
      alice DeleteObject a                              → deniedByAcl acl
      alice DeleteObject a ssl                          → allow ramPolicy alice-0#2
      alice ListParts    a                              → deniedByAcl acl
      alice ListParts    a ssl                          → allow ramPolicy alice-0#3
      alice GetObjectAcl a ssl                          → readAclDenied acl
      alice PutObjectAcl a now=2026-01-05T00:00:00.000Z → allow ramPolicy alice-0#5
      alice PutObjectAcl a now=2026-01-05T00:00:00.001Z → writeAclDenied acl
      alice RestoreObject a now=2026-01-05T00:00:00.000Z → bucketNotYours acl
      alice RestoreObject a now=2026-01-05T00:00:00.001Z → allow ramPolicy alice-0#6
      alice GetObjectTagging a now=2026-01-05T00:00:00.000Z → allow ramPolicy alice-0#7
      alice GetObjectTagging a now=2026-01-05T00:00:00.001Z → bucketNotYours acl
      alice PutObjectTagging a now=2026-01-05T00:00:00.000Z → bucketNotYours acl
      alice PutObjectTagging a now=2026-01-05T00:00:00.001Z → allow ramPolicy alice-0#8`,
  },
  {
    name: 'a key that the request has not: only negated operators hold',
    world: {
      attached: {
        alice: [
          [
            {
              Effect: 'Allow',
              Action: 'oss:GetObject',
              Resource: '*',
              Condition: { StringLike: { 'acs:SourceVpc': '*' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:PutObject',
              Resource: '*',
              Condition: { StringNotLike: { 'acs:SourceVpc': 'vpc-*' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:DeleteObject',
              Resource: '*',
              Condition: { NumericLessThan: { 'ecs:Size': 5 } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:ListParts',
              Resource: '*',
              Condition: { NumericNotEquals: { 'ecs:Size': 5 } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:GetObjectAcl',
              Resource: '*',
              Condition: { Bool: { 'ecs:Flag': 'false' } },
            },
          ],
        ],
      },
    },
    rows: `
      alice GetObject    a → deniedByAcl acl
      alice PutObject    a → allow ramPolicy alice-0#1
      alice DeleteObject a → deniedByAcl acl
      alice ListParts    a → allow ramPolicy alice-0#3
      alice GetObjectAcl a → readAclDenied acl`,
  },
  {
    name: 'all operators and keys of a statement must hold, and one value of each key',
    world: {
      attached: {
        alice: [
          [
            {
              Effect: 'Allow',
              Action: 'oss:GetObject',
              Resource: '*',
              Condition: {
                IpAddress: { 'acs:SourceIp': ['10.0.0.0/8', '172.16.0.0/12'] },
                StringLike: { 'acs:UserAgent': 'app/*', 'acs:AccessId': 'key-of-*' },
              },
            },
            {
              Effect: 'Allow',
              Action: 'oss:PutObject',
              Resource: '*',
              Condition: { StringEquals: { 'acs:AccessId': 'key-of-bob' } },
            },
          ],
        ],
      },
    },
    rows: `
      alice GetObject a ip=10.0.0.1 agent=app/1   → allow ramPolicy alice-0#0
      alice GetObject a ip=172.16.0.1 agent=app/1 → allow ramPolicy alice-0#0
      alice GetObject a ip=172.32.0.1 agent=app/1 → deniedByAcl acl
      alice GetObject a ip=10.0.0.1 agent=web/1   → deniedByAcl acl
      alice GetObject a ip=10.0.0.1               → deniedByAcl acl
      alice PutObject a                           → deniedByAcl acl`,
  },
  {
    name: 'prefix and delimiter belong to listings, where they are empty if absent',
    world: {
      attached: {
        alice: [
          [
            {
              Effect: 'Allow',
              Action: 'oss:List*',
              Resource: '*',
              Condition: { StringLike: { 'oss:Prefix': ['home/alice/*', ''] }, StringEquals: { 'oss:Delimiter': '/' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:GetObject',
              Resource: '*',
              Condition: { StringLike: { 'oss:Prefix': '*' } },
            },
          ],
        ],
      },
    },
    rows: `
      alice ListObjects          - prefix=home/alice/x delimiter=/ → allow ramPolicy alice-0#0
      alice ListObjects          - delimiter=/                     → allow ramPolicy alice-0#0
      alice ListObjects          - prefix=home/bob/ delimiter=/    → bucketNotYours acl
      alice ListObjects          - prefix=home/alice/              → bucketNotYours acl
      alice ListObjects          -                                 → bucketNotYours acl
      alice ListMultipartUploads - prefix=home/alice/ delimiter=/  → allow ramPolicy alice-0#0
      alice ListObjectVersions   - prefix=home/alice/ delimiter=/  → allow ramPolicy alice-0#0
      alice GetObject            a prefix=home/alice/              → deniedByAcl acl`,
  },
  {
    name: 'tags of the object, of its bucket and of the request',
    world: {
      objectTags: { team: 'blue', Case: 'x' },
      bucketTags: { stage: 'test' },
      attached: {
        alice: [
          [
            {
              Effect: 'Allow',
              Action: 'oss:GetObject',
              Resource: '*',
              Condition: { StringEquals: { 'oss:ExistingObjectTag/team': 'blue' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:DeleteObject',
              Resource: '*',
              Condition: { StringEquals: { 'oss:ExistingObjectTag/case': 'x' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:ListParts',
              Resource: '*',
              Condition: { StringEquals: { 'oss:BucketTag/stage': 'test' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:AbortMultipartUpload',
              Resource: '*',
              Condition: { StringEquals: { 'oss:BucketTag/stage': 'live' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:PutObject',
              Resource: '*',
              Condition: { StringEquals: { 'oss:RequestObjectTag/team': 'blue' } },
            },
            {
              Effect: 'Allow',
              Action: 'oss:RestoreObject',
              Resource: '*',
              Condition: { StringNotEquals: { 'oss:ExistingObjectTag/team': 'red' } },
            },
          ],
        ],
      },
    },
    rows: `
      alice GetObject    a                        → allow ramPolicy alice-0#0
      alice GetObject    !a                       → deniedByAcl acl
      alice DeleteObject a                        → deniedByAcl acl
      alice ListParts    a                        → allow ramPolicy alice-0#2
      alice AbortMultipartUpload a                → deniedByAcl acl
      alice PutObject    !a x-oss-tagging=team=blue&x=y → allow ramPolicy alice-0#4
      alice PutObject    !a x-oss-tagging=team=red → deniedByAcl acl
      alice PutObject    !a x-oss-tagging=%zz     → deniedByAcl acl
      alice PutObject    !a                       → deniedByAcl acl
      alice RestoreObject a                       → allow ramPolicy alice-0#5
      alice RestoreObject !a                      → allow ramPolicy alice-0#5`,
  },
  {
    name: 'with public access blocked, what is open to everyone is closed, and nothing else',
    world: {
      blocked: true,
      bucketAcl: 'public-read-write',
      bucketPolicy: [
        { Effect: 'Allow', Principal: ['*'], Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bkt/all/*' },
        {
          Effect: 'Allow',
          Principal: ['*'],
          Action: 'oss:GetObject',
          Resource: 'acs:oss:*:*:bkt/office/*',
          Condition: { IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } },
        },
        {
          Effect: 'Allow',
          Principal: ['*'],
          Action: 'oss:GetObject',
          Resource: 'acs:oss:*:*:bkt/world/*',
          Condition: { IpAddress: { 'acs:SourceIp': ['0.0.0.0/0'] } },
        },
        { Effect: 'Allow', Principal: [CAROL], Action: 'oss:GetObject', Resource: OBJECTS },
        { Effect: 'Allow', NotPrincipal: [CAROL], Action: 'oss:PutObject', Resource: OBJECTS },
        { Effect: 'Deny', Principal: ['*'], Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bkt/office/closed' },
        {
          Effect: 'Allow',
          Principal: ['*'],
          Action: 'oss:GetObject',
          Resource: 'acs:oss:*:*:bkt/agent/*',
          Condition: { StringLike: { 'acs:UserAgent': 'app' } },
        },
        {
          Effect: 'Allow',
          Principal: ['*'],
          Action: 'oss:GetObject',
          Resource: 'acs:oss:*:*:bkt/id/*',
          Condition: { StringLike: { 'acs:AccessId': '*' } },
        },
      ],
    },
    rows: `
      anonymous   GetObject all/a                   → deniedByAcl publicAccessBlock
      anonymous   GetObject office/a ip=10.0.0.1    → allow bucketPolicy #1
      anonymous   GetObject office/a                → deniedByAcl publicAccessBlock
      anonymous   GetObject office/closed ip=10.0.0.1 → deniedByPolicy bucketPolicy #5
      anonymous   GetObject world/a                 → deniedByAcl publicAccessBlock
      anonymous   GetObject agent/a agent=app       → deniedByAcl publicAccessBlock
      stranger GetObject id/a                    → deniedByAcl publicAccessBlock
      anonymous   PutObject a                       → deniedByAcl publicAccessBlock
      stranger PutObject a                       → deniedByAcl publicAccessBlock
      stranger GetObject a                       → deniedByAcl publicAccessBlock
      carol    GetObject a                       → allow bucketPolicy #3
      carol    GetObject all/a                   → allow bucketPolicy #3
      owner    PutObject a                       → allow owner
      alice    GetObject a                       → deniedByAcl publicAccessBlock`,
  },
  {
    name: 'with public access blocked, the ACL of an object opens nothing either',
    world: { blocked: true, objectAcl: 'public-read-write', attached: { alice: [[{ Effect: 'Allow', ...ALL }]] } },
    rows: `
      anonymous   GetObject a → deniedByAcl publicAccessBlock
      anonymous   PutObject a → deniedByAcl publicAccessBlock
      alice    GetObject a → allow ramPolicy alice-0#0
      owner    GetObject a → allow owner`,
  },
  {
    name: 'requesters of other accounts pay, and declare it; the header gives them nothing',
    world: {
      requesterPays: true,
      bucketAcl: 'public-read',
      bucketPolicy: [{ Effect: 'Allow', Principal: [STRANGER_ID], Action: 'oss:ListObjects', Resource: '*' }],
    },
    rows: `
      owner    GetObject   a                       → allow owner
      alice    GetObject   a                       → allow acl
      reader   GetObject   a                       → allow acl
      anonymous   GetObject   a                       → requesterPaysAnonymous requestPayment
      anonymous   GetObject   a payer=requester       → requesterPaysAnonymous requestPayment
      stranger GetObject   a                       → requesterPaysHeader requestPayment
      stranger GetObject   a payer=bucketOwner     → requesterPaysHeader requestPayment
      stranger GetObject   a payer=requester       → allow acl
      stranger GetObject   a url                   → requesterPaysUrl requestPayment
      stranger GetObject   a url query-payer=requester → allow acl
      stranger PutObject   a payer=requester       → deniedByAcl acl
      stranger ListObjects - payer=requester       → allow bucketPolicy #0
      stranger ListObjects -                       → requesterPaysHeader requestPayment
      visitor  GetObject   a payer=requester       → allow acl
      carol    GetObject   a                       → requesterPaysHeader requestPayment`,
  },
  {
    name: 'hotlinks: anonymous requests and signed URLs show where they come from',
    world: {
      bucketAcl: 'public-read',
      referers: {
        allowEmpty: false,
        truncateQuery: true,
        truncatePath: false,
        allowed: ['http://*.a.com', 'www.b.com/x'],
        refused: ['http://evil.a.com'],
      },
    },
    rows: `
      anonymous   GetObject a                                → refererEmpty referer
      anonymous   GetObject a referer=http://www.a.com/p     → allow acl
      anonymous   GetObject a referer=http://a.com/          → refererNotListed referer
      anonymous   GetObject a referer=https://www.a.com/     → refererNotListed referer
      anonymous   GetObject a referer=http://WWW.A.com/      → allow acl
      anonymous   GetObject a referer=http://evil.a.com/p    → refererBlacklisted referer
      anonymous   GetObject a referer=https://www.b.com/xyz  → allow acl
      anonymous   GetObject a referer=https://www.b.com/y    → refererNotListed referer
      anonymous   GetObject a referer=https://www.b.com/X    → refererNotListed referer
      anonymous   GetObject a referer=http://c.com/?http://www.a.com → refererNotListed referer
      owner    GetObject a                                → allow owner
      owner    GetObject a url                            → refererEmpty referer
      owner    GetObject a url referer=http://www.a.com   → allow owner
      stranger GetObject a                                → allow acl`,
  },
  {
    name: 'hotlinks: an empty Referer where that is allowed, and lists that are empty',
    world: {
      bucketAcl: 'public-read',
      referers: { allowEmpty: true, truncateQuery: false, truncatePath: false, allowed: [], refused: ['*bad*'] },
    },
    rows: `
      anonymous   GetObject a                         → allow acl
      anonymous   GetObject a referer=http://any.com/ → allow acl
      anonymous   GetObject a referer=http://x/?bad=1 → refererBlacklisted referer`,
  },
  {
    name: 'hotlinks: without a list of those that are allowed, no requester is refused for an empty Referer',
    world: {
      bucketAcl: 'public-read',
      referers: {
        allowEmpty: false,
        truncateQuery: true,
        truncatePath: true,
        allowed: [],
        refused: ['http://a.com/x'],
      },
    },
    rows: `
      anonymous   GetObject a                         → allow acl
      anonymous   GetObject a referer=http://a.com/x  → allow acl`,
  },
]

test('each decision of the table has the outcome and the reason that its row states', () => {
  let rows = 0
  for (const { name, world, rows: text } of SCENARIOS) {
    const judge = new Judge(world)
    for (const line of text.trim().split('\n')) {
      const [asked = '', expected = ''] = line.split('→').map((part) => part.trim().replace(/\s+/g, ' '))
      assert.equal(shown(judge.decide(parseAsk(asked))), expected, `${name}: ${asked}`)
      rows += 1
    }
  }
  assert.ok(rows >= 300, `${rows} rows`)
})

/** A decision as the table writes it. */
function shown(decision: Decision): string {
  const { source, policy, statement } = decision.reason
  const where = [policy, statement === undefined ? undefined : `#${statement}`].filter((part) => part !== undefined)
  return [outcome(decision), source, ...(where.length > 0 ? [where.join('')] : [])].join(' ')
}

function parseAsk(text: string): Ask {
  const [persona, action, key = '-', ...more] = text.split(' ')
  const values = new Map(more.map((one) => [one.split('=')[0] ?? '', one.slice(one.indexOf('=') + 1)]))
  const headers: Record<string, string> = {}
  for (const [name, header] of [
    ['referer', 'referer'],
    ['payer', 'x-oss-request-payer'],
    ['x-oss-tagging', 'x-oss-tagging'],
  ] as const) {
    const value = values.get(name)
    if (value !== undefined) headers[header] = value
  }
  const query = ['prefix', 'delimiter'].filter((name) => values.has(name)).map((name) => `${name}=${values.get(name)}`)
  if (values.has('query-payer')) query.push(`x-oss-request-payer=${values.get('query-payer')}`)
  const now = values.get('now')
  const within = values.get('within')
  const [ip, agent] = [values.get('ip'), values.get('agent')]
  return {
    as: persona as Persona,
    action: `oss:${action}` as Action,
    ...(within === undefined ? {} : { within: `oss:${within}` as Action }),
    ...(key === '@' ? { bucket: undefined } : {}),
    ...(key === '-' || key === '@' ? {} : { key: key.replace(/^!/, ''), exists: !key.startsWith('!') }),
    ...(ip === undefined ? {} : { ip }),
    ...(agent === undefined ? {} : { agent }),
    ...(now === undefined ? {} : { now: Date.parse(now) }),
    secure: values.has('ssl'),
    signedIn: values.has('url') ? 'url' : 'header',
    query: query.join('&'),
    headers,
  }
}

test('the body of a bulk delete is read only if something of it might be allowed', () => {
  const world: World = {
    attached: {
      alice: [[{ Effect: 'Allow', Action: 'oss:DeleteObject', Resource: 'acs:oss:*:*:bkt/home/*' }]],
      carol: [[{ Effect: 'Allow', ...ALL }]],
      reader: [[{ Effect: 'Allow', ...ALL }]],
    },
    session: [{ Effect: 'Allow', Action: 'oss:GetObject', Resource: '*' }],
    bucketPolicy: [{ Effect: 'Allow', Principal: [STRANGER_ID], Action: 'oss:Delete*', Resource: 'acs:oss:*:*:bkt/x' }],
  }
  const some = (of: World, as: Persona) => outcome(new Judge(of).decideOnSome({ as, action: 'oss:DeleteObject' }))
  const expected: Readonly<Record<Persona, string>> = {
    owner: 'allow',
    alice: 'allow',
    stranger: 'allow',
    bob: 'deniedByAcl',
    carol: 'deniedByAcl',
    anonymous: 'deniedByAcl',
    reader: 'deniedBySessionPolicy',
    visitor: 'deniedBySessionPolicy',
  }
  for (const [persona, outcome] of Object.entries(expected))
    assert.equal(some(world, persona as Persona), outcome, persona)
  assert.equal(some({ bucketAcl: 'public-read-write' }, 'anonymous'), 'allow')
  assert.equal(some({ requesterPays: true }, 'anonymous'), 'requesterPaysAnonymous')
})
