import { appendFileSync, closeSync, existsSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { emptyState, type State, type TableName, tableNames } from './state.ts'

export interface Store {
  readonly state: State
  /** Says that an object was changed, has come or has gone: what is not said is not saved. */
  touch(table: TableName, id: number): void
  /**
   * To be called after every change: a daemon that is killed comes back with all that it has answered.
   * @throws when it cannot be written; the next one then writes everything
   */
  save(): void
  /** Writes everything at the next `save`, for whoever has changed more than they can say. */
  touchAll(): void
  nextId(): number
  nextActionId(): number
}

/** An object as it is now, or null where it has gone. */
type Change = readonly [table: TableName, id: number, record: object | null]

/**
 * A line of the file: what changed between two saves, with the counters as they are then. Being one line, it is there as a whole or,
 * without its end, not at all.
 */
interface Batch {
  readonly nextId: number
  readonly nextActionId: number
  readonly changes: readonly Change[]
}

/** Of a file that is written anew. Less is not worth another file. */
const smallBytes = 1_000_000
const recordsInLine = 200
const newline = 0x0a

/**
 * @param file where the state is kept; undefined keeps it in memory only. Changes are appended, so a save costs what has changed. When the
 * file has become twice as long as what it holds, it is replaced as a whole.
 */
export const createStore = (file?: string): Store => {
  const state = file === undefined ? emptyState() : readState(file)
  const touched = new Map<string, readonly [TableName, number]>()
  // what is on disk may be torn, or of an earlier version
  let isWhole = false
  let wholeBytes = 0
  let appendedBytes = 0
  const writeWhole = (to: string): void => {
    wholeBytes = writeLines(`${to}.new`, linesOf(state))
    renameSync(`${to}.new`, to)
    appendedBytes = 0
    isWhole = true
  }
  const append = (to: string): void => {
    const changes = [...touched.values()].map(([table, id]): Change => [table, id, state[table][id] ?? null])
    const line = lineOf(state, changes)
    // until it is known to be there, half of it may be
    isWhole = false
    appendFileSync(to, line)
    isWhole = true
    appendedBytes += line.length
  }
  return {
    state,
    touch: (table, id) => {
      if (file !== undefined) touched.set(`${table} ${id}`, [table, id])
    },
    touchAll: () => {
      isWhole = false
    },
    save: () => {
      if (file === undefined) return
      if (!isWhole || appendedBytes > Math.max(wholeBytes, smallBytes)) writeWhole(file)
      else append(file)
      touched.clear()
    },
    nextId: () => {
      state.nextId += 1
      return state.nextId
    },
    nextActionId: () => {
      state.nextActionId += 1
      return state.nextActionId
    },
  }
}

const lineOf = ({ nextId, nextActionId }: State, changes: readonly Change[]): string =>
  `${JSON.stringify({ nextId, nextActionId, changes } satisfies Batch)}\n`

/** Everything, a piece at a time: as one text it would need many times the memory. */
function* linesOf(state: State): Generator<string> {
  yield lineOf(state, [])
  for (const table of tableNames) {
    const records = Object.values<{ readonly id: number }>(state[table])
    for (let first = 0; first < records.length; first += recordsInLine) {
      const part = records.slice(first, first + recordsInLine)
      yield lineOf(
        state,
        part.map((record): Change => [table, record.id, record]),
      )
    }
  }
}

const writeLines = (file: string, lines: Iterable<string>): number => {
  const descriptor = openSync(file, 'w', 0o600)
  try {
    let bytes = 0
    for (const line of lines) bytes += writeSync(descriptor, line)
    return bytes
  } finally {
    closeSync(descriptor)
  }
}

/** The file of earlier versions was one object. A last line without its end was not finished when the daemon was killed, so nobody was told of what it says. */
const readState = (file: string): State => {
  const state = emptyState()
  if (!existsSync(file)) return state
  const bytes = readFileSync(file)
  if (!bytes.includes(newline)) return { ...state, ...JSON.parse(bytes.toString()) }
  for (const line of wholeLinesOf(bytes)) take(state, JSON.parse(line))
  return state
}

function* wholeLinesOf(bytes: Buffer): Generator<string> {
  let start = 0
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
    yield bytes.toString('utf8', start, end)
    start = end + 1
  }
}

const take = (state: State, { nextId, nextActionId, changes }: Batch): void => {
  state.nextId = nextId
  state.nextActionId = nextActionId
  for (const [table, id, record] of changes) {
    const records = state[table] as Record<number, object>
    if (record === null) delete records[id]
    else records[id] = record
  }
}
