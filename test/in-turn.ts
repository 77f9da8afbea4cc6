/**
 * Runs test files one after the other in this process, each to its end before the next is read, and says after each how it ended. What is the
 * same for all of them is read and compiled once: most files take less time than that.
 *
 *   tsx test/in-turn.ts FILE...
 */
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { endMark } from './end-mark.ts'

/** What uvu's own command sets, so that suites wait until they are told to run; and what they wait in. */
declare global {
  var UVU_DEFER: number
  var UVU_QUEUE: unknown[][]
}
globalThis.UVU_DEFER = 1
const { exec } = await import('uvu')

/** What keeps this process alive. */
const held = (): readonly string[] => process.getActiveResourcesInfo().sort()

const lookEveryMs = 20
const patienceMs = 5000

/** What a file has left open would have kept a process of its own from ending. */
const leftBeside = async (before: readonly string[]): Promise<readonly string[]> => {
  let left: string[] = []
  for (let waited = 0; waited <= patienceMs; waited += lookEveryMs) {
    const rest = [...before]
    left = held().filter((one) => {
      const at = rest.indexOf(one)
      if (at >= 0) rest.splice(at, 1)
      return at < 0
    })
    if (left.length === 0) break
    await delay(lookEveryMs)
  }
  return left
}

const runFile = async (file: string): Promise<void> => {
  const before = held()
  globalThis.UVU_QUEUE = [[null]]
  await import(path.resolve(file))
  await exec()
  const left = await leftBeside(before)
  if (left.length === 0) return
  process.stdout.write(`${file} left open: ${left.join(', ')}\n`)
  process.exitCode = 1
}

// a file takes the words behind its name for its own
for (const file of process.argv.splice(2)) {
  process.exitCode = 0
  try {
    await runFile(file)
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.stack : error}\n`)
    process.exitCode = 1
  }
  process.stdout.write(`${endMark}${process.exitCode}\n`)
}
// what was left open has been told
process.exit(0)
