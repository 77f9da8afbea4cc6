import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../../lib/errors.ts'
import { exists } from '../../host/exists.ts'
import { rememberSuccess } from '../../host/remember.ts'
import { runOrFail } from '../../host/run.ts'
import { createTurns } from '../../host/turns.ts'
import { readRecipe } from '../image/image.ts'
import { type ImageRecipe, imageName } from '../image/recipe.ts'
import type { Box } from './driver.ts'
import type { VagrantProvider } from './programs.ts'
import { runInSandbox, type SandboxOptions } from './sandbox.ts'

/** How a box of our own is made. */
export interface OwnBox {
  /** To be raised when `buildText` makes something else of the same image. */
  readonly revision: number
  recipe(debian: ImageRecipe): ImageRecipe
  /** Lays what `buildText` needs; returns shell text that makes the files of the box in `target`. */
  build(options: { cacheDir: string; recipe: ImageRecipe; scratch: string; target: string }): Promise<string>
}

export interface BoxOptions {
  readonly sandbox: SandboxOptions
  readonly provider: VagrantProvider
  readonly own: OwnBox
  /** The user's choice, which Vagrant fetches if it is not there. */
  readonly box: Box | undefined
}

export interface Boxes {
  /** Sees to it that Vagrant's home is there and a box in it; whoever comes second waits for the first. */
  prepare(report?: (text: string) => void): Promise<Box>
}

export const createBoxes = (options: BoxOptions): Boxes => {
  const inTurn = createTurns()
  const recipe = rememberSuccess(async () => options.own.recipe(await readRecipe()))
  const prepare = async (report?: (text: string) => void): Promise<Box> => {
    await prepareHome(options)
    return options.box === undefined
      ? ensureOwnBox(options, await recipe(), report)
      : fetchBox(options, options.box, report)
  }
  return { prepare: (report) => inTurn(0, () => prepare(report)) }
}

/** The first Vagrant in a new home lays it out, which two must not do at once. */
const prepareHome = async ({ sandbox }: BoxOptions): Promise<void> => {
  const { home, boxes } = sandbox.places
  const ready = path.join(home, 'ready')
  if (await exists(ready)) return
  const text = `[ ! -e ${ready} ] || exit 0\nln -sfnT ${boxes} ${home}/boxes\nvagrant box list\ntouch ${ready}`
  await mkdir(home, { recursive: true, mode: 0o700 })
  await mkdir(boxes, { recursive: true, mode: 0o700 })
  await runInSandbox(sandbox, ['flock', '--close', `${home}.lock`, 'sh', '-ec', text])
}

const ensureOwnBox = async (
  { sandbox, provider, own }: BoxOptions,
  recipe: ImageRecipe,
  report?: (text: string) => void,
): Promise<Box> => {
  const { boxes } = sandbox.places
  const { cacheDir } = sandbox.layout
  const name = `twin-${imageName(recipe)}-${own.revision}`
  // where Vagrant itself would put a box without a version
  const target = path.join(boxes, name, '0', provider)
  if (await exists(target)) return { name }
  report?.(`making a box for ${provider}, about a minute`)
  const scratch = await mkdtemp(path.join(cacheDir, 'boxes', 'making-'))
  try {
    const unfinished = path.join(scratch, 'box')
    await mkdir(unfinished)
    const build = await own.build({ cacheDir, recipe, scratch, target: unfinished })
    const text = `[ ! -e ${target} ] || exit 0\n${build}\nmkdir -p ${path.dirname(target)}\nmv ${unfinished} ${target}`
    await runOrFail(['flock', `${boxes}.lock`, 'sh', '-ec', text])
    return { name }
  } catch (cause) {
    throw new InfraError(
      `The box for ${provider} could not be made: ${cause instanceof Error ? cause.message : cause}`,
      {
        cause,
      },
    )
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Outside of the sandbox, from which nothing can be fetched. */
const fetchBox = async ({ sandbox, provider }: BoxOptions, box: Box, report?: (text: string) => void): Promise<Box> => {
  const { home, boxes } = sandbox.places
  const directory = path.join(boxes, box.name.replaceAll('/', '-VAGRANTSLASH-'))
  const found = `ls -d ${directory}/${box.version ?? '*'}/${provider} >/dev/null 2>&1`
  const version = box.version === undefined ? '' : `--box-version=${box.version}`
  const add = `VAGRANT_HOME=${home} VAGRANT_CHECKPOINT_DISABLE=1 vagrant box add --provider=${provider} ${version} ${box.name}`
  report?.(`asking Vagrant for the box ${box.name}`)
  await runOrFail(['flock', `${boxes}.lock`, 'sh', '-ec', `${found} || ${add} </dev/null`])
  return box
}
